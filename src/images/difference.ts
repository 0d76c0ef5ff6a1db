import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { programUrl } from '../util/program-file.ts'

/** Reading two pictures, comparing them, writing one; a second or two on a small machine. */
const timeoutMs = 60_000

const answerSchema = z.union([
  z.object({
    share: z.number().min(0).max(1),
    width: z.int().positive(),
    height: z.int().positive(),
    png: z.instanceof(Uint8Array),
  }),
  z.object({ error: z.string() }),
])

/** How two pictures differ: the share of pixels, and a PNG that shows where. */
export interface Difference {
  share: number
  width: number
  height: number
  png: Uint8Array
}

/** What the worker is given. */
export interface DifferenceTask {
  before: Uint8Array
  after: Uint8Array
  maxPixels: number
}

/**
 * Compares two pictures in a thread of its own, so that nothing waits for it. The before picture is brought to the size of
 * the after picture. Rejects when one of them cannot be read.
 */
export async function computeDifference(task: DifferenceTask, signal?: AbortSignal): Promise<Difference> {
  signal?.throwIfAborted()
  const worker = startWorker(task)
  let stopWaiting = () => {}
  try {
    return await new Promise<Difference>((resolve, reject) => {
      const timer = setTimeout(reject, timeoutMs, new Error(`the comparison took more than ${timeoutMs / 1000} s`))
      const onAbort = () => reject(signal?.reason)
      signal?.addEventListener('abort', onAbort, { once: true })
      // The signal may live as long as the server: nothing of a comparison stays on it.
      stopWaiting = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      }
      worker.once('message', (message: unknown) => {
        const answer = answerSchema.safeParse(message)
        if (!answer.success) reject(answer.error)
        else if ('error' in answer.data) reject(new Error(answer.data.error))
        else resolve(answer.data)
      })
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`the comparison ended with ${code}`)))
    })
  } finally {
    stopWaiting()
    await worker.terminate()
  }
}

/** Built, the worker is plain JavaScript; from the TypeScript source (tests) it needs tsx. */
function startWorker(task: DifferenceTask): Worker {
  const file = programUrl('images/difference-worker')
  const memory = { resourceLimits: { maxOldGenerationSizeMb: 512 } }
  if (extname(file.pathname) === '.js') return new Worker(file, { workerData: task, ...memory })
  // tsx leaves other threads alone unless it is asked to register there.
  const manifest = pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json'))
  const tsx = new URL('./dist/esm/api/index.mjs', manifest).href
  const code = `import { register } from '${tsx}'; register(); await import('${file.href}')`
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData: task, ...memory })
}
