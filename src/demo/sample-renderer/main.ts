import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '../../util/unknown-error.ts'
import { demoFile } from '../demo-file.ts'
import { createKometaLog } from './kometa-log.ts'
import { run } from './run.ts'

// Our own font is the only one: the fonts of the machine are not searched, and a machine without any is no error.
process.env.FONTCONFIG_FILE = demoFile('font/fonts.conf')

// The one flag of Kometa's that matters to an overlay run of ours. The others are accepted and ignored.
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
    // Like Kometa, log each failure and exit with 0 (kometa.py:658-659).
    log.critical('kometa.py', messageOf(error))
  } finally {
    log.close()
  }
}
