import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCaptureStore } from '../../src/proxy/capture/store.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { describeUpload } from '../support/capture/capture-server.ts'
import { bodyOf, makeJobDir, outputFiles } from '../support/capture/captures.ts'
import { type Case, end, field, glue, jpg, part } from '../support/multipart/multipart.ts'
import { oddBoundaries } from '../support/multipart/multipart-boundaries.ts'
import { oddContents } from '../support/multipart/multipart-contents.ts'
import { malformed } from '../support/multipart/multipart-malformed.ts'
import { recordFigure } from '../trust/figures.ts'

const wellFormed = [...oddBoundaries, ...oddContents]

async function check(
  { body, type = 'multipart/form-data; boundary=B', images, rawKept = false }: Case,
  sizes: number[],
) {
  const jobDir = makeJobDir()
  const store = createCaptureStore({ job: openBeneath(jobDir) })
  const capture = await store.keepBody(describeUpload(), bodyOf(body, type, sizes))
  const read = (path: string) => readFileSync(join(jobDir, path))
  const paths = [capture.saved_path ?? '', ...capture.other_paths]
  expect(outputFiles(jobDir)).toEqual([...paths].sort((a, b) => (a < b ? -1 : 1)))
  if (images.length === 0) {
    // The whole body, whatever is wrong with it.
    expect(paths).toHaveLength(1)
    expect(paths[0]).toMatch(/captured_requests\/.*\.bin$/)
    expect(read(paths[0] ?? '').equals(body)).toBe(true)
    return capture
  }
  expect(capture.parse_error).toBeNull()
  expect(paths).toHaveLength(images.length + (rawKept ? 1 : 0))
  for (const [at, image] of images.entries()) expect(read(paths[at] ?? '').equals(image)).toBe(true)
  if (rawKept) expect(read(paths.at(-1) ?? '').equals(body)).toBe(true)
  return capture
}

describe('multipart bodies', () => {
  test('there are more than a hundred cases', () => {
    expect(new Set([...wellFormed, ...malformed].map(({ name }) => name)).size).toBeGreaterThan(150)
  })

  test.each(wellFormed)('well-formed: $name', async (each) => {
    const capture = await check(each, [65_536])
    expect(capture.parse_error ?? '').not.toContain('malformed')
  })

  test.each(malformed)('malformed: $name', async (each) => {
    const capture = await check(each, [65_536])
    expect(capture.parse_error).toMatch(/^malformed multipart body: /)
  })

  test('it makes no difference how the bytes are cut in transit', async () => {
    const small = [...wellFormed, ...malformed].filter(({ body }) => body.length < 3000)
    expect(small.length).toBeGreaterThan(100)
    for (const each of small) await check(each, [1, 7, 2, 400, 3])
  })
})

test.each([
  [1, / holds [^;]*$/],
  [3, /^[^;]*; [^;]*; [^;]*$/],
  [4, /; and 1 more$/],
  [9, /; and 6 more$/],
])('%i parts without an image are described in words, the first three by name', async (count, words) => {
  const body = glue(...Array.from({ length: count }, (_, at) => part([field], `text ${at}`)), end)
  const capture = await check({ name: '', body, images: [] }, [65_536])
  expect(capture.parse_error).toMatch(words)
})

test('any image between any bytes comes out unchanged', async () => {
  const noise = fc.uint8Array({ maxLength: 200 }).map((noisy) => Buffer.from(noisy))
  const tricky = fc.constantFrom(
    '\r\n',
    '\r',
    '\n',
    '--',
    '\r\n--',
    '\r\n--B',
    '--B',
    'B',
    '\r\n--B-',
    '\r\n--Bx\r\n',
    '\0',
  )
  const content = fc
    .array(
      fc.oneof(
        noise,
        tricky.map((text) => Buffer.from(text, 'latin1')),
      ),
      { maxLength: 8 },
    )
    .map((pieces) => glue(jpg, ...pieces))
    .filter((bytes) => !/\r\n--B(?:--)?[ \t]*(?:\r\n|$)/.test(`${bytes.toString('latin1')}\r\n`))
  const run = fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 4 }), async (images) => {
    await check({ name: '', body: glue(...images.map((bytes) => part([], bytes)), end), images }, [65_536])
  })
  await fc.assert(run, { numRuns: 100 })
})

const corpus = fileURLToPath(new URL('../../../shared/corpora/multipart-cases.json', import.meta.url))
interface CorpusCase {
  name: string
  boundary: string
  raw: string
  error?: boolean
}

describe.skipIf(!existsSync(corpus))('the shared multipart cases (skipped if ../shared does not exist)', () => {
  let right = 0
  const cases = existsSync(corpus) ? (JSON.parse(readFileSync(corpus, 'utf8')) as CorpusCase[]) : []

  test.each(cases)('$name', async ({ boundary, raw, error = false }) => {
    const body = Buffer.from(raw, 'base64')
    const type = `multipart/form-data; boundary="${boundary}"`
    for (const sizes of [[65_536], [1]]) {
      const capture = await check({ name: '', body, type, images: [] }, sizes)
      expect(capture.parse_error?.startsWith('malformed')).toBe(error)
    }
    right += 1
  })

  test('there are thirty cases', () => {
    expect(cases).toHaveLength(30)
    // Each of them has its own test above, and whole files are compared byte for byte.
    recordFigure({
      name: 'multipart cases',
      value: `${right} of ${cases.length} of the shared ones as their \`error\` says; ${wellFormed.length + malformed.length} of our own: 0 crashes, 0 bytes lost`,
      goal: '30 of 30; >= 100 of our own, 0 crashes, 0 bytes lost',
    })
    expect(right).toBe(30)
  })
})
