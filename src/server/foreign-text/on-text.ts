import type { TextReading } from '../../config/yaml/text-reading.ts'
import { placesFrom } from '../../config/yaml/yaml-places.ts'
import { maxYamlBytes } from '../../config/yaml/yaml-read.ts'
import { AppError } from '../../contract/errors.ts'
import { startWorker } from '../../util/start-worker.ts'
import { limits } from '../limits.ts'
import { doText, errorOf, type TextActs, type TextAnswer, type TextTask } from './text-acts.ts'

/**
 * Works on the text of a config that came from a browser, a job folder or a file. A long text is handled in a thread,
 * so that the studio can answer others meanwhile. Throws what the act throws, and CONFIG_INVALID_YAML for a text that
 * is too large, or that takes too long or too much memory.
 */
export async function onText<K extends keyof TextActs>(
  act: K,
  ...args: Parameters<TextActs[K]>
): Promise<ReturnType<TextActs[K]>> {
  const chars = sizeOf(args)
  if (chars > 2 * maxYamlBytes) throw tooLarge()
  if (chars <= limits.maxCharsReadAtOnce) return doText({ act, args }) as ReturnType<TextActs[K]>
  const { textThreadTimeoutMs: timeoutMs, maxTextThreadMb: memoryMb } = limits
  const answer = await threads.run(() => inThread({ act, args }, { timeoutMs, memoryMb }))
  return answer as ReturnType<TextActs[K]>
}

/** The same for the code that reads the files that a config names. */
export const readInThread: TextReading = {
  read: (text) => onText('read', text),
  explain: async (text, name, fault) => errorOf(await onText('explain', text, name, fault)),
  places: async (text) => placesFrom(text, await onText('places', text)),
}

/** The characters of all texts in the arguments: an edit comes with the text before it. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + sizeOf(one), 0)
  if (typeof value !== 'object' || value === null || value instanceof Map) return 0
  return Object.values(value).reduce((sum: number, one) => sum + sizeOf(one), 0)
}

interface ThreadLimits {
  timeoutMs: number
  memoryMb: number
}

export async function inThread(task: TextTask, { timeoutMs, memoryMb }: ThreadLimits): Promise<unknown> {
  const worker = startWorker('server/foreign-text/text-worker', task, memoryMb)
  let timer: NodeJS.Timeout | undefined
  try {
    const answer = await new Promise<TextAnswer>((resolve, reject) => {
      timer = setTimeout(() => reject(tooLong(timeoutMs)), timeoutMs)
      worker.once('message', resolve)
      worker.once('error', (error) => reject(isOutOfMemory(error) ? tooMuchMemory(memoryMb, error) : error))
      worker.once('exit', (code) => reject(new Error(`the thread that read a config ended with ${code}`)))
    })
    if ('refused' in answer) throw errorOf(answer.refused)
    return answer.value
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}

const isOutOfMemory = (error: Error): boolean => 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'

/** Limits the threads that run at the same time. Further texts wait, and are refused if too many wait. */
function createThreads(maxAtOnce: number, maxWaiting: number) {
  let running = 0
  const waiting: (() => void)[] = []
  return {
    async run<T>(work: () => Promise<T>): Promise<T> {
      if (running < maxAtOnce) running += 1
      else {
        if (waiting.length >= maxWaiting) throw busy()
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        // The next text takes over this place, so `running` stays the same.
        if (next) next()
        else running -= 1
      }
    },
  }
}

/** Shared by the whole process, as the processor and the memory are. */
const threads = createThreads(limits.maxTextThreads, limits.maxTextsWaiting)

const split = { hint: 'Remove what is not needed, or move parts of it into separate files.' }
const tooLarge = () => new AppError('CONFIG_INVALID_YAML', 'the config is larger than 4 MiB', split)
const tooLong = (timeoutMs: number) =>
  new AppError('CONFIG_INVALID_YAML', `this config takes too long to read: more than ${timeoutMs / 1_000} s`, split)
const tooMuchMemory = (memoryMb: number, cause: Error) => {
  const message = `this config takes too much memory to read: more than ${memoryMb} MiB`
  return new AppError('CONFIG_INVALID_YAML', message, { ...split, cause })
}
const busy = () =>
  new AppError('CONFIG_INVALID_YAML', 'too many large configs are being read at the moment', {
    hint: 'Try again in a minute.',
  })
