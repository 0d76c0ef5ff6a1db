/**
 * GETs that make a Plex server change something, work hard, or reveal what no client should read, by its own API
 * description, by python-plexapi, and by observation. `{}` is one segment, `*` at the end any rest.
 */
export interface ChangingGet {
  /** Rows with the same number belong together. */
  row: number
  path: string
  /** Known queries; empty if the path needs none. */
  queries?: readonly string[]
}

const universal = ['video', 'music', 'photo'].flatMap((kind) =>
  ['start.m3u8', 'start.mpd', 'decision', 'subtitles', 'ping', 'stop'].map((word) => ({
    row: 14,
    path: `/${kind}/:/transcode/universal/${word}`,
    queries: ['path=/library/metadata/1&session=1'],
  })),
)

/** Each of these changes the state of a promiscuous server, with any verb. */
export const changingGets: readonly ChangingGet[] = [
  { row: 1, path: '/:/scrobble', queries: ['key=1&identifier=com.plexapp.plugins.library'] },
  { row: 1, path: '/:/unscrobble', queries: ['key=1&identifier=com.plexapp.plugins.library'] },
  { row: 2, path: '/:/rate', queries: ['key=1&identifier=com.plexapp.plugins.library&rating=10'] },
  { row: 3, path: '/:/progress', queries: ['key=1&identifier=com.plexapp.plugins.library&time=1000&state=stopped'] },
  { row: 4, path: '/:/timeline', queries: ['ratingKey=1&key=%2Flibrary%2Fmetadata%2F1&time=1000&state=playing'] },
  { row: 5, path: '/log', queries: ['level=3&message=a&source=b'] },
  { row: 6, path: '/log/networked', queries: ['minutes=1'] },
  { row: 7, path: '/security/token', queries: ['type=delegation&scope=all'] },
  { row: 8, path: '/library/sections/{}/refresh', queries: ['', 'force=1', 'path=%2Fmovies'] },
  { row: 9, path: '/library/sections/all/refresh', queries: ['', 'force=1'] },
  { row: 9, path: '/library/sections/refresh', queries: ['', 'force=1'] },
  { row: 12, path: '/library/metadata/{}/subtitles', queries: ['url=http%3A%2F%2F127.0.0.1%2Fa.srt'] },
  { row: 13, path: '/status/sessions/terminate', queries: ['sessionId=1&reason=a'] },
  ...universal,
  { row: 14, path: '/video/:/transcode/segmented/*' },
  { row: 15, path: '/photo/:/transcode', queries: ['url=%2Flibrary%2Fsections%2F1%2Frefresh&width=1&height=1'] },
  { row: 16, path: '/services/ultrablur/colors', queries: ['url=http%3A%2F%2F127.0.0.1%2Fa.jpg'] },
  { row: 16, path: '/services/ultrablur/image', queries: ['topLeft=000000'] },
  { row: 17, path: '/playQueues/{}', queries: ['', 'own=1'] },
  { row: 18, path: '/downloadQueue/{}/item/{}/decision' },
  { row: 18, path: '/downloadQueue/{}/item/{}/media' },
  { row: 18, path: '/library/parts/{}/*' },
  { row: 19, path: '/livetv/sessions/{}/*' },
  { row: 20, path: '/:/plugins/{}/prefs/set', queries: ['k=v'] },
  { row: 20, path: '/video/{}/:/prefs/set', queries: ['k=v'] },
  { row: 20, path: '/:/plugins/{}/restart' },
  { row: 20, path: '/:/plugins/{}/function/*' },
  { row: 21, path: '/system/players/{}/*' },
  { row: 21, path: '/player/playback/*', queries: ['type=video'] },
  { row: 21, path: '/player/navigation/*' },
  { row: 21, path: '/player/timeline/*' },
  { row: 22, path: '/security/resources', queries: ['source=1&refresh=1'] },
  { row: 22, path: '/library/matches', queries: ['path=%2Fmovies%2Fa.mkv'] },
  { row: 23, path: '/diagnostics/databases' },
  { row: 23, path: '/diagnostics/logs' },
  { row: 24, path: '/services/browse*', queries: ['', 'includeFiles=1'] },
  { row: 25, path: '/:/websocket/notifications' },
  { row: 25, path: '/:/websockets/notifications' },
  { row: 25, path: '/:/eventsource/notifications' },
  { row: 28, path: '/butler/{}' },
  { row: 28, path: '/updater/check', queries: ['download=1'] },
  { row: 28, path: '/updater/apply' },
  { row: 28, path: '/library/optimize', queries: ['async=1'] },
  { row: 28, path: '/library/clean/bundles', queries: ['async=1'] },
  { row: 28, path: '/library/sections/{}/emptyTrash' },
  { row: 28, path: '/library/sections/{}/analyze' },
  ...['refresh', 'analyze', 'match', 'unmatch', 'split', 'merge'].map((word) => ({
    row: 28,
    path: `/library/metadata/{}/${word}`,
  })),
  { row: 28, path: '/sync/*' },
  // The answer holds the owner's token.
  { row: 28, path: '/myplex/account' },
  { row: 28, path: '/myplex/*' },
  { row: 28, path: '/media/grabbers/*' },
  { row: 28, path: '/livetv/dvrs/{}/channels/{}/tune' },
  { row: 28, path: '/playlists/upload', queries: ['path=%2Fa.m3u&sectionID=1'] },
  { row: 29, path: '/actions/scrobble', queries: ['key=1'] },
  { row: 29, path: '/actions/unscrobble', queries: ['key=1'] },
]

/** Row 11: these make a metadata read look at disks, refresh, or ask the internet. */
export const changingMetadataFlags: readonly string[] = [
  'checkFiles',
  'asyncCheckFiles',
  'checkFileAvailability',
  'asyncRefreshLocalMediaAgent',
  'asyncRefreshAnalysis',
  'asyncAugmentMetadata',
]

/** Row 26: raw SQL in any media query, by python-plexapi's own name for it. */
export const sqlParameters: readonly string[] = ['having', 'group']
