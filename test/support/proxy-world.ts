import type { BlockedWrite, Capture, RefusedRead } from '../../src/contract/records.ts'
import type { PlexServerAddress } from '../../src/plex/upstream/connection.ts'
import type { UpstreamLimits } from '../../src/plex/upstream/upstream.ts'
import type { CaptureStore, UploadDescription } from '../../src/proxy/capture/types.ts'
import type { Answered, ForwardedRead, ProxyRecorder } from '../../src/proxy/ledger/proxy-recorder.ts'
import type { ProxyLimits } from '../../src/proxy/limits.ts'
import { type Proxy as PlexProxy, type ProxyOptions, startProxy } from '../../src/proxy/server.ts'
import { connectToSeenPlex } from './seen-plex.ts'
import { startTinyPlex, type TinyAnswer, type TinyPlex } from './tiny-plex.ts'
import { assertOnlyCanonicalReads, type WitnessOptions } from './witness.ts'

export const realToken = 'realTOKENrealTOKEN12'
export const clientToken = 'clientTOKENclientTOKEN'

/** A recorder that keeps its records in lists. */
export interface ListRecorder extends ProxyRecorder {
  forwards: ForwardedRead[]
  blocks: BlockedWrite[]
  /** The answer to each of `blocks`. */
  answers: Answered[]
  captures: Capture[]
  refusals: RefusedRead[]
  /** Resolves with the next record of any kind. */
  next(): Promise<void>
}

export function createListRecorder(): ListRecorder {
  let seq = 0
  let waiting: (() => void)[] = []
  const recorder: ListRecorder = {
    forwards: [],
    blocks: [],
    answers: [],
    captures: [],
    refusals: [],
    nextSeq: () => ++seq,
    forwarded: (read) => add(recorder.forwards, read),
    blocked(write, answered) {
      recorder.answers.push(answered)
      add(recorder.blocks, write)
    },
    captured: (capture) => add(recorder.captures, capture),
    refused: (read) => add(recorder.refusals, read),
    next: () => new Promise((resolve) => waiting.push(resolve)),
  }
  function add<T>(list: T[], record: T): void {
    list.push(record)
    for (const wake of waiting) wake()
    waiting = []
  }
  return recorder
}

/** A capture store in memory. The proxy knows the real store by the same interface alone. */
export interface ListCaptures extends CaptureStore {
  bodies: Buffer[]
  urls: { url: string; own: boolean }[]
  uploads: UploadDescription[]
  /** If set, the store fails like a full disk. */
  failure: Error | undefined
}

export function createListCaptures(): ListCaptures {
  const kept: Capture[] = []
  const store: ListCaptures = {
    bodies: [],
    urls: [],
    uploads: [],
    failure: undefined,
    async keepBody(upload, { stream }) {
      if (store.failure) throw store.failure
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(chunk as Buffer)
      return keep(upload, Buffer.concat(chunks), null)
    },
    async keepUrl(upload, url, readOwnUrl) {
      store.urls.push({ url, own: readOwnUrl !== null })
      if (!readOwnUrl) return keep(upload, Buffer.alloc(0), url)
      const { pathname, search } = new URL(url)
      const chunks: Buffer[] = []
      for await (const chunk of await readOwnUrl(pathname + search)) chunks.push(chunk as Buffer)
      return keep(upload, Buffer.concat(chunks), url)
    },
    list: () => kept,
    open: async () => Promise.reject(new Error('this store keeps no files')),
  }
  function keep(upload: UploadDescription, body: Buffer, source_url: string | null): Capture {
    store.bodies.push(body)
    store.uploads.push(upload)
    const { seq, timestamp, server, method, path, ratingKey: rating_key, kind } = upload
    const none = { parse_error: null, type: null, sha256: null, width: null, height: null, other_paths: [] }
    const capture: Capture = {
      ...{ seq, timestamp, server, method, path, rating_key, kind, source_url, ...none },
      size_bytes: body.length,
      saved_path: `${seq}.bin`,
      overlay_mark: false,
      attempts: 1,
    }
    kept.push(capture)
    return capture
  }
  return store
}

export interface ProxyWorld extends AsyncDisposable {
  plex: TinyPlex
  proxy: PlexProxy
  recorder: ListRecorder
  captures: ListCaptures
}

export interface WorldOptions {
  answer?: TinyAnswer
  limits?: Partial<ProxyLimits>
  upstream?: Partial<UpstreamLimits>
  address?: Partial<PlexServerAddress>
  /** Replaces the store in memory. */
  captures?: CaptureStore
  recorder?: ProxyRecorder
  wrapReads?: ProxyOptions['wrapReads']
  /** Further facts for the witness. */
  witness?: Partial<WitnessOptions>
}

/** A tiny Plex, a proxy in front of it, and the proxy's records. */
export async function startProxyWorld(options: WorldOptions = {}): Promise<ProxyWorld> {
  const plex = await startTinyPlex(options.answer)
  const address = { url: plex.url, token: realToken, verifySsl: true, clientIdentifier: 'fixed-id', ...options.address }
  const connection = connectToSeenPlex(address, options.upstream)
  const recorder = createListRecorder()
  const captures = createListCaptures()
  const proxy = await startProxy({
    connection,
    serverId: 'machine-1',
    clientToken,
    captures: options.captures ?? captures,
    recorder: options.recorder ?? recorder,
    preferredPort: 0,
    ...(options.wrapReads ? { wrapReads: options.wrapReads } : {}),
    ...(options.limits ? { limits: options.limits } : {}),
  })
  return {
    plex,
    proxy,
    recorder,
    captures,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await connection[Symbol.asyncDispose]()
      await plex[Symbol.asyncDispose]()
      // The invariant of each test with a Plex: it has received canonical reads alone.
      assertOnlyCanonicalReads(plex.journal, {
        token: address.token,
        never: [clientToken],
        prefix: new URL(address.url).pathname.replace(/\/+$/, ''),
        ...options.witness,
      })
    },
  }
}

/** A request in python-plexapi's form, with the token in the header. */
export function request(method: string, target: string, headers: string[] = [], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  const lines = ['Host: 127.0.0.1', `X-Plex-Token: ${clientToken}`, 'Accept: */*', ...headers, ...length]
  return `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}
