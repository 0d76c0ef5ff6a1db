import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createKometaLog } from './kometa-log.ts'
import { run } from './run.ts'

// Kometa's flags that mean something to an overlay run of ours; what else Kometa knows is taken and ignored.
const { values } = parseArgs({
  options: { config: { type: 'string', short: 'c' } },
  strict: false,
  allowPositionals: true,
})
if (typeof values.config !== 'string') {
  process.stderr.write('Config Error: the sample renderer needs --config PATH\n')
} else {
  const configPath = resolve(values.config)
  const log = createKometaLog(join(dirname(configPath), 'logs'))
  try {
    await run({ configPath, log })
  } catch (error) {
    // As Kometa: whatever happens is logged, and the exit code stays 0 (kometa.py:658-659).
    log.critical('kometa.py', error instanceof Error ? error.message : String(error))
  } finally {
    log.close()
  }
}
