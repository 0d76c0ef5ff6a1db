import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * The address of one of our programs or workers by its path below `src`, without a file extension:
 * `kometa/supervisor-main`. This module and the bundle of the command line are both one folder below the root, so the
 * same path works from both.
 */
export function programUrl(name: string): URL {
  return new URL(`../${name}${extname(import.meta.url)}`, import.meta.url)
}

/**
 * How to start such a program. When built, plain Node runs it. From the TypeScript source (tests) it needs tsx, given
 * by its absolute address.
 */
export function programCommand(name: string): { command: string; args: string[] } {
  const main = fileURLToPath(programUrl(name))
  if (extname(main) === '.js') return { command: process.execPath, args: [main] }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return { command: process.execPath, args: ['--import', tsx, main] }
}
