import { createPlexReader } from '../plex/items/reads.ts'
import { preflight } from '../plex/upstream/preflight.ts'
import { createPlexConnection } from '../plex/upstream/upstream.ts'
import { createCaptureStore } from '../proxy/capture/store.ts'
import { createLedger, type Ledger } from '../proxy/ledger/ledger.ts'
import { createJobLog, type JobLog } from '../util/job-log.ts'
import { createRedactor } from '../util/redact.ts'
import { createOutsideLookup, namesOfServers } from './around-kometa/outside-hosts.ts'
import { newClientToken, startServerProxy } from './around-kometa/start-server-proxy.ts'
import { clientIdentifier } from './inputs/client-identifier.ts'
import type { JobRequest } from './inputs/request.ts'
import { jobFolders, openJobFolder } from './job-folder/job-folder.ts'
import { acquireJobLock } from './job-folder/job-lock.ts'
import { createJobRecorder, type JobRecords } from './records/job-recorder.ts'

export interface ProxyAloneRequest {
  plex: { url: string; token: string; verifySsl: boolean; fingerprint: string | undefined }
  /** Captures, ledger and log go here. */
  outDir: string
  dataDir: string
  port: number
  signal: AbortSignal
  onLine: JobRequest['onLine']
  /** The proxy takes requests now; only `clientToken` opens it. */
  onListening(proxy: { url: string; clientToken: string; dir: string }): void
}

/** Runs the proxy of a job without a job and without a Kometa, until the signal is aborted. */
export async function runProxyAlone(request: ProxyAloneRequest): Promise<void> {
  const { plex, dataDir, signal, port } = request
  const { fingerprint, ...address } = plex
  const clientToken = newClientToken()
  const redactor = createRedactor([plex.token, clientToken])
  await using connection = createPlexConnection({
    ...address,
    clientIdentifier: await clientIdentifier(dataDir),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  })
  const info = await preflight(connection, createPlexReader(connection, { signal }), { signal })
  const folder = await openJobFolder(request.outDir, dataDir)
  await using _lock = await acquireJobLock(folder.files)
  const file = { files: folder.files, path: `${jobFolders.logs}/preview.log` }
  using log = createJobLog({ file, redactor, onLine: request.onLine })
  if (folder.note !== null) log.info(folder.note)
  log.info(`Plex: ${info.name}, version ${info.version}`)
  if (!info.tokenIsBarrier) {
    log.warning(
      'Plex answers reads from this machine without a token ("allowed without auth"): the token is no barrier',
    )
  }
  using ledger = createLedger(folder.files.folder(jobFolders.output))
  const recorder = createJobRecorder({ log, ledger, redactor })
  const plexNames = await namesOfServers([connection.address.url])
  const resolve = createOutsideLookup({ mode: 'open', allow: [], deny: [], plexNames, plexAccount: false })
  const captures = createCaptureStore({ job: folder.files, resolve })
  const serverId = info.machineIdentifier
  await using proxy = await startServerProxy({
    ...{ connection, serverId, clientToken, captures, recorder, preferredPort: port, log },
  })
  request.onListening({ url: proxy.url, clientToken, dir: folder.dir })
  await aborted(signal)
  await proxy.drain()
  logTotals(log, ledger, recorder.records)
}

function logTotals(log: JobLog, ledger: Ledger, { blocked, captured, forwardedCount }: JobRecords): void {
  const kept = captured.filter(({ parse_error }) => parse_error === null)
  ledger.flush()
  const { head, count } = ledger.head()
  log.info(`The ledger has ${count} lines; the hash of the last one is ${head}`)
  log.info(`${blocked.length} writes blocked, ${kept.length} images kept, ${forwardedCount} reads let through`)
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done()
    // A listener alone does not keep the process alive, but the listening proxy does.
    signal.addEventListener('abort', () => done(), { once: true })
  })
