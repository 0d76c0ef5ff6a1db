import { renameSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Swaps a link to `outside` in for `<folder>/<name>` and back, as fast as it can, until it is killed. */
const [folder = '', name = '', outside = ''] = process.argv.slice(2)
const path = join(folder, name)
process.stdout.write('ready\n')
for (;;) {
  renameSync(path, `${path}.aside`)
  symlinkSync(outside, path)
  unlinkSync(path)
  renameSync(`${path}.aside`, path)
}
