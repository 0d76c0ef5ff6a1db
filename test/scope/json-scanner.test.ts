import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ListingFault } from '../../src/proxy/scope/listing-fault.ts'
import { composeAnswer } from '../../src/proxy/scope/scan/container-text.ts'
import { createJsonScanner } from '../../src/proxy/scope/scan/json-scanner.ts'
import { chunksOf } from './random-listing.ts'

function scan(chunks: readonly Buffer[]) {
  const found: { ratingKey: string | null; text: string }[] = []
  const scanner = createJsonScanner({
    element: (bytes, start, end, ratingKey) => found.push({ ratingKey, text: bytes.toString('utf8', start, end) }),
  })
  for (const chunk of chunks) scanner.push(chunk)
  return { found, container: scanner.end() }
}

const cuts = fc.array(fc.nat(), { maxLength: 12 })
const tricky = fc.constantFrom('},{"ratingKey":"1"', '\\', '\\"', '"', '[]}', 'é 🎬', ']}}', ',')
const value = fc.oneof(tricky, fc.jsonValue({ maxDepth: 3 }))
const item = fc
  .tuple(
    fc.option(fc.integer({ min: 1, max: 30 }), { freq: 8 }),
    fc.boolean(),
    fc.boolean(),
    fc.dictionary(fc.string(), value, { maxKeys: 4 }),
  )
  .map(([key, asNumber, first, rest]) => {
    const { ratingKey: _none, ...others } = rest
    const own = key === null ? {} : { ratingKey: asNumber ? key : String(key) }
    return {
      ratingKey: key === null ? null : String(key),
      value: first ? { ...own, ...others } : { ...others, ...own },
    }
  })
const listing = fc
  .record({
    items: fc.array(item, { maxLength: 8 }),
    before: fc.dictionary(fc.constantFrom('title1', 'art', 'Meta', 'allowSync'), value),
    after: fc.dictionary(fc.constantFrom('viewGroup', 'identifier', 'Sort'), value),
    indent: fc.constantFrom(0, 1, 2),
  })
  .map(({ items, before, after, indent }) => {
    const counts = { size: items.length, totalSize: items.length }
    const container = { ...counts, ...before, Metadata: items.map((one) => one.value), ...after }
    return { items, container, text: JSON.stringify({ MediaContainer: container }, null, indent) }
  })

describe('the JSON scanner cuts every item verbatim', () => {
  test('whatever the values and wherever the chunks end', () => {
    fc.assert(
      fc.property(listing, cuts, ({ items, text }, places) => {
        const { found } = scan(chunksOf(Buffer.from(text), places))
        expect(found.map(({ ratingKey }) => ratingKey)).toEqual(items.map(({ ratingKey }) => ratingKey))
        expect(found.map((one) => JSON.parse(one.text))).toEqual(
          items.map((one) => JSON.parse(JSON.stringify(one.value))),
        )
        for (const one of found) expect(text).toContain(one.text)
      }),
      { numRuns: 1_000 },
    )
  })

  test('and the scoped answer is what JSON.parse makes of the whole', () => {
    fc.assert(
      fc.property(
        listing,
        cuts,
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }).map(String)),
        ({ text }, places, keys) => {
          const { found, container } = scan(chunksOf(Buffer.from(text), places))
          const kept = found.filter(({ ratingKey }) => ratingKey !== null && keys.includes(ratingKey))
          const counts = { size: kept.length, totalSize: kept.length, offset: 0 }
          const answer = composeAnswer(
            { format: 'json', container },
            kept.map((one) => Buffer.from(one.text)),
            counts,
          )
          const whole = JSON.parse(text).MediaContainer
          const Metadata = whole.Metadata.filter((one: { ratingKey?: unknown }) => keys.includes(String(one.ratingKey)))
          const expected = { ...whole, size: kept.length, totalSize: kept.length, Metadata }
          expect(JSON.parse(answer.toString()).MediaContainer).toEqual(expected)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('an answer that is cut off is an error, wherever', () => {
    fc.assert(
      fc.property(listing, fc.nat(), ({ text }, cut) => {
        const bytes = Buffer.from(text)
        expect(() => scan([bytes.subarray(0, cut % bytes.length)])).toThrow(ListingFault)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    '[]',
    '{"Other":{}}',
    '{"MediaContainer":{"Metadata":[}]}}',
    '{"MediaContainer":{"Metadata":[{} {}]}}',
    '{"MediaContainer":{}} x',
  ])('refuses %s', (text) => {
    expect(() => scan([Buffer.from(text)])).toThrow(ListingFault)
  })

  test('a container without a list', () => {
    expect(scan([Buffer.from('{"MediaContainer":{"size":0}}\n')]).found).toEqual([])
  })
})
