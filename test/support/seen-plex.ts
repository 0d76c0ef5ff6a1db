import type { PlexIdentity } from '../../src/plex/upstream/connection.ts'
import { createPlexConnection } from '../../src/plex/upstream/upstream.ts'

const seen = { machineIdentifier: 'seen', version: '1' } as PlexIdentity

/** A connection to a server that counts as a known Plex, for tests that begin after that check. */
export function connectToSeenPlex(...args: Parameters<typeof createPlexConnection>) {
  const connection = createPlexConnection(...args)
  connection.trust(seen)
  return connection
}
