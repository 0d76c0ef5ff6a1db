import { PassThrough, type Readable } from 'node:stream'
import { AppError } from '../contract/errors.ts'
import { classifyTarget } from '../plex/classify-read.ts'
import type { PlexConnection } from '../plex/connection.ts'
import { parseTarget } from '../plex/request-target.ts'
import type { ReadOwnUrl } from './capture/types.ts'
import { microTimestamp } from './clock.ts'
import type { ReadMemory } from './read-memory.ts'
import type { ProxyRecorder } from './recorder.ts'

export interface OwnReadOptions {
  connection: PlexConnection
  memory: ReadMemory
  recorder: ProxyRecorder
  serverId: string
  /** Does the job's token stand in this text? It must not reach Plex by this way either. */
  holdsToken(text: string): boolean
}

/** What is a picture behind its path; an upload by URL has no use for any other read. */
const pictures =
  /^\/library\/metadata\/\{id\}\/(\{element\}\/\{stamp\}|file)$|\/composite\/\{stamp\}$|^\/:\/resources\//

/** Reads, for an upload by URL, what stands behind an address of the proxy: judged by the same table as any read. */
export function createOwnRead({ connection, memory, recorder, serverId, holdsToken }: OwnReadOptions): ReadOwnUrl {
  return (pathAndQuery) =>
    new Promise<Readable>((resolve, reject) => {
      const parsed = parseTarget(pathAndQuery)
      const read = parsed.ok ? classifyTarget(parsed.target, memory) : parsed
      if (!read.ok) {
        reject(new AppError('PLEX_READ_FAILED', `the URL is not a known read: ${read.reason}`))
        return
      }
      if (!pictures.test(read.template) || holdsToken(read.target)) {
        reject(new AppError('PLEX_READ_FAILED', 'the URL is not that of a picture of Plex'))
        return
      }
      const seq = recorder.nextSeq()
      const timestamp = microTimestamp()
      const startedAt = performance.now()
      const { target, template } = read
      let bytes = 0
      const body = new PassThrough({
        transform(chunk: Buffer, _encoding, done) {
          bytes += chunk.length
          done(null, chunk)
        },
      })
      connection
        .stream({ method: 'GET', target }, ({ status }) => {
          if (status === 200) resolve(body)
          else {
            reject(new AppError('PLEX_READ_FAILED', `Plex answered ${status}`))
            body.resume()
          }
          body.once('end', () => {
            const durationMs = performance.now() - startedAt
            recorder.forwarded({
              seq,
              timestamp,
              server: serverId,
              method: 'GET',
              target,
              template,
              status,
              bytes,
              durationMs,
            })
          })
          return body
        })
        // After the head the failure reaches the reader through the stream itself.
        .catch(reject)
    })
}
