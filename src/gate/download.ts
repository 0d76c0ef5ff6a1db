import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Dispatcher, fetch, type Response } from 'undici'
import { AppError } from '../contract/errors.ts'
import { renameOver } from '../util/files/rename.ts'
import { fetchFailure, userProxyAgent } from './user-proxy-agent.ts'

const maxRedirects = 5
/** Until the answer begins, redirects included. */
const answerTimeoutMs = 60_000

export interface DownloadOptions {
  url: string
  /** The finished file. During the download it is `<to>.part`. */
  to: string
  /** Where the address and each redirect may lead. */
  origins: readonly string[]
  maxBytes: number
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  onProgress?(bytes: number, total: number | null): void
}

/**
 * Fetches one file from the internet, through the user's proxy where there is one, and returns the SHA-256 of its
 * bytes. Under its final name the file is always whole. Throws AppError DOWNLOAD_FAILED, or CANCELLED when `signal` is
 * aborted.
 */
export async function downloadFile(options: DownloadOptions): Promise<string> {
  const dispatcher = userProxyAgent(options.env)
  const part = `${options.to}.part`
  let file: FileHandle | undefined
  try {
    const answer = await follow(options, dispatcher)
    const length = Number(answer.headers.get('content-length') ?? Number.NaN)
    const total = Number.isSafeInteger(length) ? length : null
    const hash = createHash('sha256')
    let bytes = 0
    if (answer.body === null) throw failed(options.url, 'the answer is empty')
    // The file is opened here, since a stream that opens it may do so after it has been removed.
    file = await open(part, 'w')
    await pipeline(
      Readable.fromWeb(answer.body),
      async function* count(chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          bytes += chunk.length
          if (bytes > options.maxBytes) throw failed(options.url, `it is larger than ${options.maxBytes} bytes`)
          hash.update(chunk)
          options.onProgress?.(bytes, total)
          yield chunk
        }
      },
      file.createWriteStream(),
      { signal: options.signal },
    )
    await renameOver(part, options.to)
    return hash.digest('hex')
  } catch (error) {
    await file?.close()
    await rm(part, { force: true })
    if (options.signal.aborted) throw new AppError('CANCELLED', 'cancelled')
    throw error instanceof AppError ? error : failed(options.url, fetchFailure(error), error)
  } finally {
    await dispatcher.destroy()
  }
}

async function follow({ url, origins, signal }: DownloadOptions, dispatcher: Dispatcher): Promise<Response> {
  // Only for the head of the answer: undici itself gives up a body that stays silent for 300 s.
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new DOMException('no answer', 'TimeoutError')), answerTimeoutMs)
  try {
    let at = new URL(url)
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      // The file may be run later: a redirect must not change its owner or the protocol.
      if (!origins.includes(at.origin)) throw failed(url, `it leads to ${at.origin}, which is not on the list`)
      const either = AbortSignal.any([signal, late.signal])
      const answer = await fetch(at, { dispatcher, redirect: 'manual', signal: either })
      if (answer.status === 200) return answer
      await answer.body?.cancel()
      const location = answer.headers.get('location')
      if (answer.status < 300 || answer.status > 399 || location === null || !URL.canParse(location, at.href)) {
        throw failed(url, answer.status === 404 ? 'there is no such file' : `status ${answer.status}`)
      }
      at = new URL(location, at)
    }
    throw failed(url, `more than ${maxRedirects} redirects`)
  } finally {
    clearTimeout(timer)
  }
}

function failed(url: string, why: string, cause?: unknown): AppError {
  return new AppError('DOWNLOAD_FAILED', `${url} could not be fetched: ${why}`, {
    hint: 'Check network, DNS and HTTPS_PROXY, and start it again.',
    cause,
  })
}
