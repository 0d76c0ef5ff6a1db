import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { HeldReply, type HoldOptions } from './held-reply.ts'
import type { ReadReply } from './read-handler.ts'

/** The end of a chain of replies, which notes what reaches it. */
function client() {
  const calls: unknown[] = []
  let over: () => void = () => undefined
  const whenOver = new Promise<void>((resolve) => {
    over = resolve
  })
  const reply: ReadReply = {
    begin: (status, headers) => void calls.push(['begin', status, headers]),
    fromHere: () => void calls.push(['fromHere']),
    write: (chunk) => {
      calls.push(['write', chunk.toString()])
      return true
    },
    end: (closeDelimited) => {
      calls.push(['end', closeDelimited])
      over()
    },
    fail: (status) => {
      calls.push(['fail', status])
      over()
    },
    whenDrained: () => undefined,
    whenGone: () => undefined,
  }
  return { calls, reply, whenOver }
}

async function answer(options: HoldOptions, chunks: Buffer[], headers = {}, closeDelimited = false) {
  const { calls, reply, whenOver } = client()
  const held = new HeldReply(reply, options)
  held.begin(200, headers)
  for (const chunk of chunks) held.write(chunk)
  const early = [...calls]
  held.end(closeDelimited)
  await whenOver
  return { calls, early }
}

describe('an answer that is held', () => {
  const chunks = [Buffer.from('<a'), Buffer.from('/>')]

  test('reaches the client unchanged, and only after it has been read', async () => {
    let read = ''
    const options = {
      maxBytes: 100,
      read: (body: Buffer) => {
        read = body.toString()
        return null
      },
    }
    const { calls, early } = await answer(options, chunks, { etag: 'x' })
    expect([early, read]).toEqual([[], '<a/>'])
    expect(calls).toEqual([
      ['begin', 200, { etag: 'x' }],
      ['write', '<a'],
      ['write', '/>'],
      ['end', false],
    ])
  })

  test('is replaced with its own length, and without the encoding of the old one', async () => {
    const options = { maxBytes: 100, read: (body: Buffer) => Buffer.from(body.toString().replace('a', 'bcd')) }
    const { calls } = await answer(options, [gzipSync('<a/>')], { 'content-encoding': 'gzip', 'content-length': 99 })
    expect(calls).toEqual([
      ['begin', 200, { 'content-length': 6 }],
      ['write', '<bcd/>'],
      ['end', false],
    ])
  })

  test.each([null, Buffer.from('b')])('keeps the mark that only the end of the connection completed it', async (to) => {
    const { calls } = await answer({ maxBytes: 100, read: () => to }, chunks, {}, true)
    expect(calls.at(-1)).toEqual(['end', true])
  })

  test('fails when it cannot be decoded, before the client hears anything of it', async () => {
    const { calls } = await answer({ maxBytes: 100, read: () => null }, chunks, { 'content-encoding': 'gzip' })
    expect(calls).toEqual([['fail', 502]])
  })
})

test.each([
  ['one that is too long', { maxBytes: 3 }],
  ['one that nobody wants to hold', { maxBytes: 100, holds: () => false }],
])('%s is streamed and not read', async (_name, options) => {
  const read = () => {
    throw new Error('read')
  }
  const { calls } = await answer({ ...options, read }, [Buffer.from('1234'), Buffer.from('5')], {}, true)
  expect(calls).toEqual([
    ['begin', 200, {}],
    ['write', '1234'],
    ['write', '5'],
    ['end', true],
  ])
})
