import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * A program or worker of ours by its path below `src`, without ending: `kometa/supervisor-main`. This module and the
 * command line's bundle both lie one folder below the root, so that it is found from either.
 */
export function programUrl(name: string): URL {
  return new URL(`../${name}${extname(import.meta.url)}`, import.meta.url)
}

/**
 * How to start such a program. Built, it is plain Node; from the TypeScript source (tests) it needs tsx, by its
 * absolute address.
 */
export function programCommand(name: string): { command: string; args: string[] } {
  const main = fileURLToPath(programUrl(name))
  if (extname(main) === '.js') return { command: process.execPath, args: [main] }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return { command: process.execPath, args: ['--import', tsx, main] }
}
