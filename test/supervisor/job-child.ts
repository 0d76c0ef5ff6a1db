import { loadJobConfig } from '../../src/config/read/user-config.ts'
import type { IsolateMode } from '../../src/kometa/isolation/isolation.ts'
import { runJob } from '../../src/run/run.ts'
import { scriptRenderer } from '../e2e/job-world.ts'

/** The tool as a separate process, to be killed: `job-child.ts <config> <job> <data> <isolate> <renderer script>`. */
const [configPath = '', jobDir = '', dataDir = '', isolate = 'auto', script = ''] = process.argv.slice(2)
const config = await loadJobConfig({ kind: 'config', configPath }, { env: {} })
const summary = await runJob({
  config,
  jobDir,
  specs: ['Nosferatu'],
  renderer: scriptRenderer(script),
  dataDir,
  keepWorkspace: false,
  writeJobFile: false,
  scoped: true,
  proxyPort: 0,
  isolate: isolate as IsolateMode,
  env: { PATH: process.env.PATH },
  signal: new AbortController().signal,
  onEvent: () => undefined,
  onLine: () => undefined,
})
process.stdout.write(`${summary.status}\n`)
