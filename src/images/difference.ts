import { z } from 'zod'
import { startWorker } from '../util/start-worker.ts'

/**
 * The time limit for reading two pictures, comparing them and writing one, which takes a second or two on a small
 * machine.
 */
const timeoutMs = 60_000
const maxMemoryMb = 512

const answerSchema = z.union([
  z.object({
    share: z.number().min(0).max(1),
    width: z.int().positive(),
    height: z.int().positive(),
    png: z.instanceof(Uint8Array),
  }),
  z.object({ error: z.string() }),
])

/** How two pictures differ: the share of differing pixels, and a PNG that shows where they are. */
export interface Difference {
  share: number
  width: number
  height: number
  png: Uint8Array
}

/** The input of the worker. */
export interface DifferenceTask {
  before: Uint8Array
  after: Uint8Array
  maxPixels: number
}

/**
 * Compares two pictures in a separate thread, so that nothing else has to wait. The before picture is scaled to the
 * size of the after picture. Rejects when one of them cannot be read.
 */
export async function computeDifference(task: DifferenceTask, signal?: AbortSignal): Promise<Difference> {
  signal?.throwIfAborted()
  const worker = startWorker('images/difference-worker', task, maxMemoryMb)
  let stopWaiting = () => {}
  try {
    return await new Promise<Difference>((resolve, reject) => {
      const timer = setTimeout(reject, timeoutMs, new Error(`the comparison took more than ${timeoutMs / 1000} s`))
      const onAbort = () => reject(signal?.reason)
      signal?.addEventListener('abort', onAbort, { once: true })
      // The signal may live as long as the server, so no listener of a comparison may stay on it.
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
