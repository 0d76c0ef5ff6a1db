import { join } from 'node:path'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import { startStudio } from '../../src/server/studio.ts'

/**
 * A studio in its own process, with an existing data folder. It prints its address, and ends with its parent.
 */
const [dir = ''] = process.argv.slice(2)
await using studio = await startStudio({
  port: 0,
  dataDir: join(dir, 'data'),
  allowedFolders: [],
  makeRenderer: async () => sampleRenderer(),
  env: { PATH: process.env.PATH, HOME: dir },
  version: '0.0.0-test',
})
const ended = new Promise<void>((resolve) => process.once('disconnect', resolve))
process.send?.(studio.url)
await ended
