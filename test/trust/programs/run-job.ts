import { loadJobConfig } from '../../../src/config/read/user-config.ts'
import type { Timeouts } from '../../../src/contract/timeouts.ts'
import { sampleRenderer } from '../../../src/demo/demo-world.ts'
import { runJob } from '../../../src/run/run.ts'

/** The settings of `run-job`, as JSON in its one argument. */
export interface RunJobOrder {
  configPath: string
  jobDir: string
  dataDir: string
  specs: string[]
  /**
   * A script that plays Kometa; it gets the path of the run config and these arguments. Without a script the sample
   * renderer draws.
   */
  script?: string
  scriptArgs?: string[]
  /** Milliseconds without a sign of life after which Kometa counts as hung. */
  idleTimeoutMs?: number
  /** These replace the default ones. */
  timeouts?: Partial<Timeouts>
  /** Prints everything that a job reports: events and lines. */
  aloud?: boolean
}

/** A process that runs one job with a script in Kometa's place, and prints its progress on standard output. */
const order = JSON.parse(process.argv[2] ?? '') as RunJobOrder
const say = (line: string) => process.stdout.write(`${line}\n`)
const loaded = await loadJobConfig({ kind: 'config', configPath: order.configPath }, { env: {} })
const { preview } = loaded
const config = { ...loaded, preview: { ...preview, timeouts: { ...preview.timeouts, ...order.timeouts } } }
const summary = await runJob({
  config,
  jobDir: order.jobDir,
  dataDir: order.dataDir,
  specs: order.specs,
  renderer:
    order.script === undefined
      ? sampleRenderer()
      : {
          ...sampleRenderer(),
          command: process.execPath,
          args: (configPath) => [order.script ?? '', configPath, ...(order.scriptArgs ?? [])],
        },
  ...{ keepWorkspace: false, writeJobFile: false, scoped: true, proxyPort: 0 },
  idleTimeoutMs: order.idleTimeoutMs,
  env: { PATH: process.env.PATH },
  signal: new AbortController().signal,
  onEvent(event) {
    if (order.aloud) say(JSON.stringify(event))
    else if (event.type === 'phase') say(`phase ${event.phase}`)
  },
  onLine({ level, text }) {
    if (order.aloud) process.stderr.write(`${level} ${text}\n`)
    else if (level === 'error') say(`error ${text}`)
  },
})
say(`end ${summary.status} ${summary.captured_uploads_count}`)
