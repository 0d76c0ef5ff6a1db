import type { LibraryRun } from './kometa-outcome.ts'

/** Services by what Kometa calls them, and the beginning of the values that a text overlay takes from them. */
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

/** What of a library could not be drawn because a service was not there. */
export interface ServiceNeed {
  /** `Trakt`. */
  label: string
  /** Definitions that Kometa dropped for it: any item of the library may miss them. */
  dropped: string[]
  /** Full names of text overlays that take their value from it. */
  texts: string[]
}

/** Whether the overlays of a library need the service that Kometa's log calls so; null when none of them does. */
export function serviceNeed(serviceName: string, run: LibraryRun): ServiceNeed | null {
  const service = services.find(({ name }) => name.test(serviceName))
  if (!service) return null
  const { name, label, values } = service
  // "... requires Trakt to be configured" (builder.py:1524-1532).
  const dropped = run.failed.filter(({ reason }) => name.test(reason)).map((definition) => definition.name)
  const texts = run.matched.filter(({ overlay }) => overlay && values.test(overlay.name)).map(({ full }) => full)
  return dropped.length > 0 || texts.length > 0 ? { label, dropped, texts } : null
}
