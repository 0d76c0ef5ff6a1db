import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { artworkKinds } from '../../../src/contract/artwork-kinds.ts'
import type { Capture } from '../../../src/contract/records.ts'
import type { CaptureStore, UploadDescription } from '../../../src/proxy/capture/types.ts'

let lastSeq = 0

/** The policy's judgement of an upload. Each call makes a later upload. */
export function describeUpload(changes: Partial<UploadDescription> = {}): UploadDescription {
  lastSeq += 1
  const { ratingKey = '12345', kind = 'poster' } = changes
  return {
    seq: lastSeq,
    timestamp: '2026-07-03T05:00:01.234567Z',
    server: 'server-a',
    method: 'POST',
    path: `/library/metadata/${ratingKey}/${kind}s`,
    query: '',
    ratingKey,
    kind,
    ...changes,
  }
}

export interface CaptureServer extends AsyncDisposable {
  port: number
  /** Resolves with the next upload, once the store has kept or lost it. */
  next(): Promise<Capture | Error>
}

/**
 * The smallest server that acknowledges uploads like the proxy: 200 once the store has kept the body, otherwise 507.
 */
export async function startCaptureServer(store: CaptureStore): Promise<CaptureServer> {
  const settled: (Capture | Error)[] = []
  const waiting: ((outcome: Capture | Error) => void)[] = []
  const settle = (outcome: Capture | Error) => {
    const waiter = waiting.shift()
    if (waiter) waiter(outcome)
    else settled.push(outcome)
  }
  let seq = 0
  const server = createServer((request, response) => {
    const [, ratingKey = '', plural = ''] = /^\/library\/metadata\/(\d+)\/(\w+?)s?$/.exec(request.url ?? '') ?? []
    const length = request.headers['content-length']
    seq += 1
    store
      .keepBody(describeUpload({ seq, ratingKey, kind: artworkKinds.find((kind) => kind === plural) ?? null }), {
        stream: request,
        contentType: request.headers['content-type'],
        contentLength: length === undefined ? undefined : Number(length),
      })
      .then(
        (capture) => {
          response.writeHead(200, { 'content-type': 'text/html' }).end()
          settle(capture)
        },
        (error: Error) => {
          response.writeHead(507).end()
          settle(error)
        },
      )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    next: () => {
      const outcome = settled.shift()
      return outcome ? Promise.resolve(outcome) : new Promise((resolve) => waiting.push(resolve))
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
