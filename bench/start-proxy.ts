import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { createPlexConnection } from '../src/plex/upstream/upstream.ts'
import { createCaptureStore } from '../src/proxy/capture/store.ts'
import { createLedger } from '../src/proxy/ledger/ledger.ts'
import { type ProxyOptions, startProxy } from '../src/proxy/server.ts'
import { createJobRecorder } from '../src/run/records/job-recorder.ts'
import { openBeneath } from '../src/util/beneath/beneath.ts'
import { createJobLog } from '../src/util/job-log.ts'
import { createRedactor } from '../src/util/redact.ts'
import { connectToSeenPlex } from '../test/support/seen-plex.ts'

/** The token that clients show to our proxy, the same in all benches. */
const clientToken = 'benchClientToken0123456789'
const plexToken = 'benchTokenOfTheRealPlex01'

/**
 * Starts a proxy as a job does, with policy, records, log, ledger and captures. `wrap` adds the layers that answer
 * reads.
 */
export async function startBenchProxy(
  upstream: string,
  jobDir: string,
  wrap: (parts: BenchParts) => ProxyOptions['wrapReads'] = () => undefined,
) {
  const redactor = createRedactor([clientToken, plexToken])
  const log = createJobLog({ redactor })
  const output = join(jobDir, 'output')
  mkdirSync(output, { recursive: true })
  const ledger = createLedger(openBeneath(output))
  const captures = createCaptureStore({ job: openBeneath(jobDir) })
  const recorder = createJobRecorder({ log, ledger, redactor, onCapture: () => undefined })
  const address = { url: upstream, token: plexToken, verifySsl: true, clientIdentifier: 'bench' }
  const connection = connectToSeenPlex(address)
  const wrapReads = wrap({ connection, recorder, captures })
  const proxy = await startProxy({
    connection,
    serverId: 'bench',
    clientToken,
    captures,
    recorder,
    preferredPort: 0,
    ...(wrapReads && { wrapReads }),
  })
  return { proxy, captures, recorder }
}

interface BenchParts {
  captures: ReturnType<typeof createCaptureStore>
  connection: ReturnType<typeof createPlexConnection>
  recorder: ReturnType<typeof createJobRecorder>
}
