import type { PlexIdentity } from '../../src/plex/upstream/connection.ts'
import { createPlexConnection } from '../../src/plex/upstream/upstream.ts'

const seen = { machineIdentifier: 'seen', version: '1' } as PlexIdentity

/** A connection whose server counts as one that has said that it is a Plex, for tests that begin after that. */
export function connectToSeenPlex(...args: Parameters<typeof createPlexConnection>) {
  const connection = createPlexConnection(...args)
  connection.trust(seen)
  return connection
}
