import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, get as httpGet, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createMemoStore } from '../../src/proxy/memo/memo-store.ts'
import { createReadMemo } from '../../src/proxy/memo/read-memo.ts'
import { startProxy } from '../../src/proxy/server.ts'
import { clientToken, createListCaptures, createListRecorder } from '../support/proxy-world.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A Plex that the test answers by hand, with the proxy and its memory in front of it. */
async function start(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const arrived: string[] = []
  let heard: () => void = () => undefined
  const server = createServer((request, response) => {
    arrived.push(request.url ?? '')
    heard()
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folder = await mkdtemp(join(tmpdir(), 'shared-'))
  const store = await createMemoStore(join(folder, 'pictures'))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const connection = connectToSeenPlex({ url, token: 't', verifySsl: true, clientIdentifier: 'tests' })
  const recorder = createListRecorder()
  const proxy = await startProxy({
    ...{ connection, serverId: 'm', clientToken, captures: createListCaptures(), recorder, preferredPort: 0 },
    wrapReads: (forward) => createReadMemo(store, forward).handler,
  })
  closing.push(
    () => rm(folder, { recursive: true, force: true }),
    () => new Promise((resolve) => server.close(resolve)),
    async () => server.closeAllConnections(),
    async () => connection[Symbol.asyncDispose](),
    async () => proxy[Symbol.asyncDispose](),
  )
  const headers = { Accept: '*/*', 'X-Plex-Token': clientToken }
  return {
    ...{ arrived, store, recorder, proxy },
    firstArrival: () =>
      new Promise<void>((resolve) => {
        if (arrived.length > 0) resolve()
        else heard = resolve
      }),
    get: (target: string) => fetch(proxy.url + target, { headers }),
  }
}

const picture = '/library/metadata/5/thumb/1'
const jpeg = Buffer.alloc(3_000_000, 7)
const sendJpeg = (response: ServerResponse, bytes = jpeg): void => {
  response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': bytes.length })
  response.end(bytes)
}

test('nobody remembers a read that breaks in the middle, and everyone who waited for it asks again', async () => {
  let broken = true
  const { get, arrived, store } = await start((_request, response) => {
    if (!broken) return sendJpeg(response)
    broken = false
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': jpeg.length })
    response.write(jpeg.subarray(0, 100_000), () => response.destroy())
    return undefined
  })
  const first = get(picture).then((answer) => answer.arrayBuffer())
  const second = get(picture).then((answer) => answer.arrayBuffer())
  const ends = await Promise.allSettled([first, second])
  expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(arrived).toHaveLength(2)
  expect(Buffer.from(await (await get(picture)).arrayBuffer()).equals(jpeg)).toBe(true)
  expect(arrived).toHaveLength(3)
  expect(await readdir(store.folder)).toHaveLength(1)
})

test('a client that goes away does not take the answer from those who wait', async () => {
  let go: () => void = () => undefined
  const { get, arrived, proxy, recorder, firstArrival } = await start((_request, response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': jpeg.length })
    response.write(jpeg.subarray(0, 100_000))
    go = () => response.end(jpeg.subarray(100_000))
  })
  const impatient = connect(proxy.port, '127.0.0.1')
  impatient.write(`GET ${picture} HTTP/1.1\r\nHost: x\r\nX-Plex-Token: ${clientToken}\r\n\r\n`)
  await firstArrival()
  const patient = get(picture).then((answer) => answer.arrayBuffer())
  const left = recorder.next()
  impatient.destroy()
  await left
  go()
  expect(Buffer.from(await patient).equals(jpeg)).toBe(true)
  expect(arrived).toHaveLength(1)
})

test('a slow client gets every byte, from Plex and from disk', async () => {
  const { proxy, get, arrived } = await start((_request, response) => sendJpeg(response))
  const slowly = (): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const headers = { Accept: '*/*', 'X-Plex-Token': clientToken }
      httpGet(proxy.url + picture, { headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          // One piece per turn of the loop: slower than loopback delivers.
          response.pause()
          setImmediate(() => response.resume())
        })
        response.once('end', () => resolve(Buffer.concat(chunks)))
        response.once('error', reject)
      }).once('error', reject)
    })
  expect((await slowly()).equals(jpeg)).toBe(true)
  expect((await slowly()).equals(jpeg)).toBe(true)
  expect(Buffer.from(await (await get(picture)).arrayBuffer()).equals(jpeg)).toBe(true)
  expect(arrived).toHaveLength(1)
})

test('an answer too large to remember passes through complete', async () => {
  const text = Buffer.from(`<MediaContainer>${'<Video/>'.repeat(700_000)}</MediaContainer>`)
  const { get, arrived, store } = await start((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/xml;charset=utf-8', 'content-length': text.length })
    response.end(text)
  })
  for (let time = 0; time < 2; time += 1) {
    expect(Buffer.from(await (await get('/library/metadata/5')).arrayBuffer()).equals(text)).toBe(true)
  }
  expect(arrived).toHaveLength(2)
  expect(store.texts.bytes).toBe(0)
})
