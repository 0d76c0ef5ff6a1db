import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * How to start the sample renderer: Kometa's own flags are appended to `args`. Built, it is plain Node; from the
 * TypeScript source (tests) it needs tsx, by its absolute address, since the working directory is another.
 */
export function sampleRendererCommand(): { command: string; args: string[] } {
  const own = fileURLToPath(import.meta.url)
  const main = join(dirname(own), `main${extname(own)}`)
  if (extname(own) === '.js') return { command: process.execPath, args: [main] }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return { command: process.execPath, args: ['--import', tsx, main] }
}
