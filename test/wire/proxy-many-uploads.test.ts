import { createHash } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Pool } from 'undici'
import { expect, test } from 'vitest'
import { createCaptureStore } from '../../src/proxy/capture/store.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { makeJobDir, outputFiles } from '../support/capture/captures.ts'
import { clientToken, startProxyWorld } from '../support/proxy-world.ts'

const pictureBytes = 200_000

/** A JPEG according to its first bytes, different for each number. */
function picture(number: number): Buffer {
  const bytes = Buffer.alloc(pictureBytes, number)
  bytes.set([0xff, 0xd8, 0xff, 0xe0])
  bytes.writeUInt32BE(number, 20)
  return bytes
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

test.each([
  ['each to its own item', (number: number) => number],
  ['all to one item', () => 1],
])('300 parallel uploads, each on its own connection, %s: every one is kept', async (_name, keyOf) => {
  const store = createCaptureStore({ job: openBeneath(makeJobDir()) })
  await using world = await startProxyWorld({ captures: store })
  const pool = new Pool(world.proxy.url, { connections: 300, pipelining: 1 })
  const numbers = Array.from({ length: 300 }, (_, number) => number)
  const statuses = await Promise.all(
    numbers.map(async (number) => {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: `/library/metadata/${keyOf(number)}/posters`,
        headers: { 'x-plex-token': clientToken, 'content-type': 'image/jpeg' },
        body: picture(number),
      })
      await body.dump()
      return statusCode
    }),
  )
  await pool.close()
  expect(new Set(statuses)).toEqual(new Set([200]))
  const kept = store.list().map((capture) => capture.sha256)
  expect(kept.toSorted()).toEqual(numbers.map((number) => sha256(picture(number))).toSorted())
})

function postTo(proxyUrl: string, number: number) {
  const options = { method: 'POST', headers: { 'x-plex-token': clientToken, 'content-type': 'image/jpeg' } }
  const request = httpRequest(`${proxyUrl}/library/metadata/${number}/posters`, options)
  const answered = new Promise<number | undefined>((resolve, reject) => {
    request.once('response', (answer: IncomingMessage) => resolve(answer.resume().statusCode))
    request.once('error', reject)
  })
  return { request, answered }
}

test('stuck senders make nobody wait, and lose nothing when they go on', async () => {
  const store = createCaptureStore({
    job: openBeneath(makeJobDir()),
    limits: { maxOpenUploads: 2, senderPatienceMs: 20 },
  })
  await using world = await startProxyWorld({ captures: store })
  const stuck = [1, 2, 3, 4].map((number) => postTo(world.proxy.url, number))
  // They are stuck before the first byte of a picture, and after some bytes.
  stuck.forEach(({ request }, at) => {
    if (at % 2 === 0) request.flushHeaders()
    else request.write(picture(at + 1).subarray(0, 100_000))
  })
  const others = [5, 6, 7].map((number) => {
    const one = postTo(world.proxy.url, number)
    one.request.end(picture(number))
    return one
  })
  expect(await Promise.all(others.map(({ answered }) => answered))).toEqual([200, 200, 200])
  for (const [at, { request }] of stuck.entries()) request.end(picture(at + 1).subarray(at % 2 === 0 ? 0 : 100_000))
  expect(await Promise.all(stuck.map(({ answered }) => answered))).toEqual([200, 200, 200, 200])
  const kept = store.list().map((capture) => capture.sha256)
  expect(kept.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7].map((number) => sha256(picture(number))).toSorted())
})

test('an upload that waits for its turn leaves its bytes with the sender, and then loses none of them', async () => {
  const jobDir = makeJobDir()
  const store = createCaptureStore({
    job: openBeneath(jobDir),
    limits: { maxOpenUploads: 1, senderPatienceMs: 60_000 },
  })
  await using world = await startProxyWorld({ captures: store })
  const post = (number: number) => postTo(world.proxy.url, number)
  const first = post(1)
  first.request.write(picture(1).subarray(0, 1_000))
  const second = post(2)
  // More than all buffers between the two can hold, so the sender cannot finish while nobody reads.
  const large = Buffer.concat([picture(2), Buffer.alloc(32 * 1024 * 1024)])
  let sent = false
  second.request.end(large, () => {
    sent = true
  })
  const third = post(3)
  third.request.end(picture(3))
  first.request.end(picture(1).subarray(1_000))
  expect(await first.answered).toBe(200)
  expect(sent).toBe(false)
  expect(await second.answered).toBe(200)
  expect(await third.answered).toBe(200)
  expect(store.list().map((capture) => capture.sha256)).toEqual([picture(1), large, picture(3)].map(sha256))
  expect(outputFiles(jobDir)).toHaveLength(3)
})
