import { once } from 'node:events'
import { expect, test } from 'vitest'
import { oddBoundaries } from '../../../../test/support/multipart-boundaries.ts'
import { oddContents } from '../../../../test/support/multipart-contents.ts'
import { malformed } from '../../../../test/support/multipart-malformed.ts'
import { parseMultipartType } from './content-type.ts'
import type { PartHeaders } from './part-headers.ts'
import { createStrictFraming } from './strict-framing.ts'

const limits = { maxPartHeaderBytes: 16 * 1024, maxParts: 1_000, innerBoundary: 'inner' }

/** All that comes out of a body that arrives in these pieces. */
async function framed(boundary: string, pieces: readonly Buffer[]) {
  const headers: PartHeaders[] = []
  let stray = false
  const framing = createStrictFraming({
    ...limits,
    boundary,
    onPart: (each) => headers.push(each),
    onStray: () => {
      stray = true
    },
  })
  const out: Buffer[] = []
  framing.on('data', (chunk: Buffer) => out.push(chunk))
  const ended = once(framing, 'end').then(
    () => null,
    (error: Error) => error.message,
  )
  for (const piece of pieces) framing.write(piece)
  framing.end()
  const problem = await ended
  // What came out before a violation depends on where the body was cut.
  return problem === null ? { bytes: Buffer.concat(out).toString('latin1'), headers, stray } : { problem }
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
  const whole = await framed(boundary, [body])
  for (let at = 1; at < body.length; at += 1) {
    expect([at, await framed(boundary, [body.subarray(0, at), body.subarray(at)])]).toEqual([at, whole])
  }
  const single = Array.from(body, (_byte, at) => body.subarray(at, at + 1))
  expect(await framed(boundary, single)).toEqual(whole)
})

test('what follows the last part is let go at once', async () => {
  const framing = createStrictFraming({ ...limits, boundary: 'B', onPart: () => undefined, onStray: () => undefined })
  framing.resume()
  framing.write('--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--B--\r\n')
  const piece = Buffer.alloc(1024 * 1024, 'a')
  await new Promise<void>((resolve) => framing.write(piece, () => resolve()))
  const before = process.memoryUsage().arrayBuffers
  for (let count = 0; count < 32; count += 1)
    await new Promise<void>((resolve) => framing.write(piece, () => resolve()))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
})
