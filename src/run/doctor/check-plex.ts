import type { JobConfig } from '../../config/job-config.ts'
import { findSection } from '../../plex/library-lookup.ts'
import { preflight } from '../../plex/preflight.ts'
import { createPlexReader } from '../../plex/reads.ts'
import { createPlexConnection } from '../../plex/upstream.ts'
import { clientIdentifier } from '../client-identifier.ts'
import type { Findings } from './findings.ts'

/** A fixed one: Plex lists every new one as a device. */
const nobody = '00000000-0000-4000-8000-000000000000'

/** Each Plex server of the config: reachable, which version, its token, its certificate, and the libraries on it. */
export async function checkServers(
  config: JobConfig,
  { dataDir, signal }: { dataDir: string; signal: AbortSignal },
  findings: Findings,
): Promise<void> {
  const { add, fail } = findings
  // Where the data folder cannot be used there is no identifier yet, and that is another check's finding.
  const identifier = await clientIdentifier(dataDir).catch(() => nobody)
  for (const [index, server] of config.servers.entries()) {
    const label = `Plex at ${new URL(server.url).host}`
    await using connection = createPlexConnection({
      ...server,
      clientIdentifier: server.clientIdentifier ?? identifier,
    })
    const reader = createPlexReader(connection, { signal })
    try {
      const info = await preflight(connection, reader, { signal })
      add('plex', label, 'ok', `"${info.name}", version ${info.version}; it takes the token`)
      if (info.tokenIsBarrier) add('plex-token', label, 'ok', 'refuses reads without the token')
      else {
        const fix =
          'Take this address out of Settings, Network, "List of IP addresses and networks that are allowed without auth".'
        add('plex-token', label, 'warning', 'answers reads without a token from here: the token is no barrier', fix)
      }
      checkTls(server, label, findings)
      const sections = await reader.sections()
      for (const library of config.libraries.filter(({ serverIndex }) => serverIndex === index)) {
        try {
          findSection(sections, library.libraryName, info.name)
          add('library', `Library ${library.mappingName}`, 'ok', 'known to Plex')
        } catch (error) {
          fail('library', `Library ${library.mappingName}`, error, 'Name it in the config as Plex does.')
        }
      }
    } catch (error) {
      fail('plex', label, error, 'Check plex.url and plex.token in the config.')
    }
  }
}

type Server = JobConfig['servers'][number]

function checkTls({ url, verifySsl, fingerprint }: Server, label: string, { add }: Findings): void {
  if (url.startsWith('http:')) add('tls', label, 'ok', 'plain HTTP, as the config says')
  else if (fingerprint) add('tls', label, 'ok', 'its pinned certificate')
  else if (verifySsl) add('tls', label, 'ok', 'its certificate is valid')
  else {
    const fix = 'Pin its certificate with preview.plex_fingerprint instead of verify_ssl: false.'
    add('tls', label, 'warning', 'its certificate is not checked', fix)
  }
}
