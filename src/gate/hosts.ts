/**
 * What is known of the hosts that Kometa talks to. A name covers itself; a name that begins with a dot covers every
 * host below it and itself. Sources: Kometa 2.4.4 modules/*.py, kometa.py.
 */

/** Kometa reads from these and has nothing to write there in an overlay run. */
export const readOnlyHosts: readonly string[] = [
  'api.themoviedb.org', // modules/tmdb.py
  'image.tmdb.org',
  'raw.githubusercontent.com', // VERSION, anime ids, translations, community files
  'api.github.com',
  'github.com',
  'objects.githubusercontent.com',
  'datasets.imdbws.com', // modules/imdb.py
  'www.imdb.com',
  'api.graphql.imdb.com',
  'caching.graphql.imdb.com',
  'www.omdbapi.com', // modules/omdb.py
  'api.mdblist.com', // modules/mdblist.py
  'mdblist.com',
  'api.trakt.tv', // modules/trakt.py; list sync is no part of an overlay run
  'trakt.tv',
  'api.myanimelist.net', // modules/mal.py
  'myanimelist.net',
  'api.jikan.moe',
  'graphql.anilist.co', // modules/anilist.py
  'anidb.net', // modules/anidb.py
  'api.anidb.net',
  'utilities.kometa.wiki',
  'kometa.wiki',
  'letterboxd.com', // modules/letterboxd.py
  'www.letterboxd.com',
  'api4.thetvdb.com', // modules/tvdb.py
  'thetvdb.com',
  'www.thetvdb.com',
  'artworks.thetvdb.com',
  'api.simkl.com',
  'www.boxofficemojo.com', // modules/mojo.py
  'api.flixpatrol.com',
  'flixpatrol.com',
  'webservice.fanart.tv',
  'assets.fanart.tv',
  'metadata-static.plex.tv', // poster images that a Plex agent names by URL (kometa plex.py:998)
]

/** To reach these is to tell somebody something. Never, whatever the config says. */
export const notificationHosts: readonly string[] = [
  '.discord.com',
  '.discordapp.com',
  '.slack.com',
  '.notifiarr.com',
  '.ntfy.sh',
  '.gotify.net',
  '.pushover.net',
  '.pushbullet.com',
  '.telegram.org',
  '.pushsafer.com',
  '.ifttt.com',
  '.office.com',
  '.matrix.org',
  '.twilio.com',
  '.mailgun.net',
  '.sendgrid.com',
]

/** Plex's own: the servers' public names, and the account. `metadata-static` above serves images only. */
export const plexHosts: readonly string[] = ['.plex.direct', '.plex.tv', '.plexapp.com']

/** Does one of the names cover this host? */
export function coversHost(names: readonly string[], host: string): boolean {
  return names.some((name) => (name.startsWith('.') ? host === name.slice(1) || host.endsWith(name) : host === name))
}
