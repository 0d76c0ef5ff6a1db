import type { JobConfig } from '../../config/read/user-config.ts'
import type { DoctorCheck } from '../../contract/doctor.ts'
import { AppError } from '../../contract/errors.ts'
import { createPlexReader } from '../../plex/items/reads.ts'
import { findSection } from '../../plex/lookup/library-lookup.ts'
import { type Preflight, preflight } from '../../plex/upstream/preflight.ts'
import { createPlexConnection } from '../../plex/upstream/upstream.ts'
import { clientIdentifier } from '../inputs/client-identifier.ts'
import { createFindings, type Findings } from './findings.ts'

/** How long one server may take for all that is asked of it, and for the connection alone. */
const serverTimeoutMs = 8_000
const connectTimeoutMs = 5_000
/** A fixed one: Plex lists every new one as a device. */
const nobody = '00000000-0000-4000-8000-000000000000'

type Server = JobConfig['servers'][number]

interface CheckServersOptions {
  dataDir: string
  signal: AbortSignal
}

/** Checks each Plex server of the config at the same time: version, token, certificate, and the libraries on it. */
export async function checkServers(config: JobConfig, options: CheckServersOptions, findings: Findings): Promise<void> {
  // Where the data folder cannot be used there is no identifier yet, and that is another check's finding.
  const identifier = await clientIdentifier(options.dataDir).catch(() => nobody)
  const looks = config.servers.map(async (server, index) => {
    const own: DoctorCheck[] = []
    const libraries = config.libraries.filter(({ serverIndex }) => serverIndex === index)
    await checkServer(
      { ...server, clientIdentifier: server.clientIdentifier ?? identifier },
      libraries,
      options.signal,
      createFindings((check) => own.push(check)),
    )
    return own
  })
  for (const { id, label, status, detail, fix } of (await Promise.all(looks)).flat())
    findings.add(id, label, status, detail, fix)
}

async function checkServer(
  server: Server & { clientIdentifier: string },
  libraries: JobConfig['libraries'],
  signal: AbortSignal,
  findings: Findings,
): Promise<void> {
  const { host } = new URL(server.url)
  using deadline = createDeadline(server.url)
  const limits = { signal: AbortSignal.any([signal, deadline.signal]) }
  await using connection = createPlexConnection(server, { connectTimeoutMs })
  const reader = createPlexReader(connection, limits)
  try {
    const info = await preflight(connection, reader, limits)
    reportServer(info, server, host, findings)
    for (const { libraryName, mappingName } of libraries) {
      try {
        findSection(info.sections, libraryName, host)
        findings.add('library', `Library ${mappingName}`, 'ok', 'known to Plex')
      } catch (error) {
        findings.fail('library', `Library ${mappingName}`, error, 'Name it in the config as Plex does.')
      }
    }
  } catch (error) {
    reportFailure(error, host, findings)
  }
}

/** Ends the reads of a server that keeps us waiting, with words for the line. */
function createDeadline(url: string): Disposable & { signal: AbortSignal } {
  const controller = new AbortController()
  const error = new AppError('PLEX_UNREACHABLE', `Plex at ${url} did not answer within ${serverTimeoutMs / 1000} s`, {
    hint: 'Check that Plex is running and not busy with maintenance, then try again.',
  })
  const timer = setTimeout(() => controller.abort(error), serverTimeoutMs)
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) }
}

function reportServer({ name, version, tokenIsBarrier }: Preflight, server: Server, host: string, f: Findings): void {
  f.add('plex', `Plex at ${host}`, 'ok', `"${name}" can be reached`)
  if (version === '') {
    const fix = 'See what answers at plex.url: a Plex Media Server tells its version.'
    f.add('plex-version', `Version of ${host}`, 'warning', 'it does not tell one', fix)
  } else f.add('plex-version', `Version of ${host}`, 'ok', version)
  f.add('plex-token', `Token for ${host}`, 'ok', 'accepted')
  if (tokenIsBarrier) f.add('plex-barrier', `No token for ${host}`, 'ok', 'reads without a token are refused')
  else {
    const fix =
      'Take this address out of Settings, Network, "List of IP addresses and networks that are allowed without auth".'
    const detail = 'reads without a token are answered from here: the token is no barrier'
    f.add('plex-barrier', `No token for ${host}`, 'warning', detail, fix)
  }
  checkTls(server, `TLS of ${host}`, f)
}

function reportFailure(error: unknown, host: string, { add, fail }: Findings): void {
  const code = error instanceof AppError ? error.code : null
  if (code === 'PLEX_TOKEN_REFUSED') {
    add('plex', `Plex at ${host}`, 'ok', 'it can be reached')
    fail('plex-token', `Token for ${host}`, error, 'Put a valid one into plex.token.')
  } else if (code === 'PLEX_TLS_UNTRUSTED') {
    fail('tls', `TLS of ${host}`, error, 'Use the plex.direct address of the server.')
  } else fail('plex', `Plex at ${host}`, error, 'Check plex.url and plex.token in the config.')
}

function checkTls({ url, verifySsl, fingerprint }: Server, label: string, { add }: Findings): void {
  if (url.startsWith('http:')) add('tls', label, 'ok', 'plain HTTP, as the config says')
  else if (fingerprint) add('tls', label, 'ok', 'its certificate is the pinned one')
  else if (verifySsl) add('tls', label, 'ok', 'its certificate is valid')
  else {
    const fix = 'Pin its certificate with preview.plex_fingerprint instead of verify_ssl: false.'
    add('tls', label, 'warning', 'its certificate is not checked', fix)
  }
}
