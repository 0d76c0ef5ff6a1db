import type { LibraryRun } from './kometa-outcome.ts'

/** Services by Kometa's name for them, with the prefix of the values that a text overlay takes from them. */
const services: readonly { name: RegExp; label: string; values: RegExp }[] = [
  { name: /\bTrakt\b/i, label: 'Trakt', values: /<<trakt_/ },
  { name: /My ?Anime ?List/i, label: 'MyAnimeList', values: /<<mal_/ },
  { name: /\bMDBList\b/i, label: 'MDBList', values: /<<mdb_/ },
  { name: /\bOMDb\b/i, label: 'OMDb', values: /<<omdb_/ },
  { name: /\bAniDB\b/i, label: 'AniDB', values: /<<anidb_/ },
  { name: /\bRadarr\b/i, label: 'Radarr', values: /^$/ },
  { name: /\bSonarr\b/i, label: 'Sonarr', values: /^$/ },
  { name: /\bTautulli\b/i, label: 'Tautulli', values: /^$/ },
]

/** What could not be drawn in a library because a service was unavailable. */
export interface ServiceNeed {
  /** `Trakt`. */
  label: string
  /** Definitions that Kometa dropped for this reason; any item of the library may lack them. */
  dropped: string[]
  /** Full names of text overlays whose value comes from the service. */
  texts: string[]
}

/** Whether the overlays of a library need the service with this name in Kometa's log; null when none does. */
export function serviceNeed(serviceName: string, run: LibraryRun): ServiceNeed | null {
  const service = services.find(({ name }) => name.test(serviceName))
  if (!service) return null
  const { name, label, values } = service
  // "... requires Trakt to be configured" (builder.py:1524-1532).
  const dropped = run.failed.filter(({ reason }) => name.test(reason)).map((definition) => definition.name)
  const texts = run.matched.filter(({ overlay }) => overlay && values.test(overlay.name)).map(({ full }) => full)
  return dropped.length > 0 || texts.length > 0 ? { label, dropped, texts } : null
}
