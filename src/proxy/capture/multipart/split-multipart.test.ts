import { expect, test } from 'vitest'
import { oddBoundaries } from '../../../../test/support/multipart/multipart-boundaries.ts'
import { oddContents } from '../../../../test/support/multipart/multipart-contents.ts'
import { malformed } from '../../../../test/support/multipart/multipart-malformed.ts'
import { parseMultipartType } from './content-type.ts'
import type { PartHeaders } from './part-headers.ts'
import { MalformedMultipart, splitMultipart } from './split-multipart.ts'

const limits = { maxPartHeaderBytes: 16 * 1024, maxParts: 1_000 }

async function* arriving(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* pieces
}

/** All that a body holds that arrives in these pieces. */
async function split(boundary: string, arrived: readonly Buffer[]) {
  const parts: { headers: PartHeaders; data: string; isEnded: boolean }[] = []
  const outside: string[] = []
  try {
    for await (const piece of splitMultipart(arriving(arrived), { ...limits, boundary })) {
      const part = parts.at(-1)
      if (piece.kind === 'part') parts.push({ headers: piece.headers, data: '', isEnded: false })
      else if (piece.kind === 'data' && part) part.data += piece.bytes.toString('latin1')
      else if (piece.kind === 'part-end' && part) part.isEnded = true
      else outside.push(piece.kind)
    }
  } catch (error) {
    // What came out before a violation depends on where the body was cut.
    return { problem: error instanceof MalformedMultipart ? error.message : error }
  }
  expect(outside.at(-1)).toBe('end')
  expect(parts.every(({ isEnded }) => isEnded)).toBe(true)
  return { parts, isStray: outside.includes('stray') }
}

const cases = [...oddBoundaries, ...oddContents, ...malformed].flatMap(({ name, body, type }) => {
  const parsed = parseMultipartType(type ?? 'multipart/form-data; boundary=B')
  if (parsed === null || 'problem' in parsed || body.length === 0 || body.length >= 500) return []
  return [{ name, body, boundary: parsed.boundary }]
})

/** Which dashes the lines have is decided by the beginning of the body, and never again. */
cases.push({
  name: 'text before the first part that looks like a boundary of the other kind',
  boundary: '--B',
  body: Buffer.from(
    'text\r\n--B\r\n\r\nno part\r\n----B\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n----B--\r\n',
  ),
})

test('there are bodies enough', () => {
  expect(cases.length).toBeGreaterThan(60)
})

test.each(cases)('cut in two anywhere, or into single bytes: $name', async ({ body, boundary }) => {
  const whole = await split(boundary, [body])
  for (let at = 1; at < body.length; at += 1) {
    expect([at, await split(boundary, [body.subarray(0, at), body.subarray(at)])]).toEqual([at, whole])
  }
  const single = Array.from(body, (_byte, at) => body.subarray(at, at + 1))
  expect(await split(boundary, single)).toEqual(whole)
})

test('what follows the last part is let go at once', async () => {
  const piece = Buffer.alloc(1024 * 1024, 'a')
  let before = 0
  function* body(): Generator<Buffer> {
    yield Buffer.from('--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--B--\r\n')
    yield piece
    before = process.memoryUsage().arrayBuffers
    for (let count = 0; count < 32; count += 1) yield piece
  }
  for await (const _piece of splitMultipart(arriving(body()), { ...limits, boundary: 'B' }));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
})
