import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { programUrl } from './program-file.ts'

/**
 * Starts a thread for one task, given by the path of the task below `src`. When built, the task is plain JavaScript;
 * from the TypeScript source (tests) it needs tsx.
 */
export function startWorker(name: string, workerData: unknown, maxOldGenerationSizeMb: number): Worker {
  const file = programUrl(name)
  const options = { workerData, resourceLimits: { maxOldGenerationSizeMb } }
  if (extname(file.pathname) === '.js') return new Worker(file, options)
  // tsx does nothing in other threads unless it is registered there.
  const manifest = pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json'))
  const tsx = new URL('./dist/esm/api/index.mjs', manifest).href
  const code = `import { register } from '${tsx}'; register(); await import('${file.href}')`
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), options)
}
