import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ListingFault, maxElementBytes } from '../../src/proxy/scope/listing-fault.ts'
import { composeAnswer } from '../../src/proxy/scope/scan/container-text.ts'
import { createXmlScanner } from '../../src/proxy/scope/scan/element-scanner.ts'
import { childElements, chunksOf, parseXml, randomListing } from './random-listing.ts'

interface Scanned {
  ratingKey: string | null
  text: string
}

function scan(chunks: readonly Buffer[]) {
  const found: Scanned[] = []
  const scanner = createXmlScanner({
    element: (bytes, start, end, ratingKey) => found.push({ ratingKey, text: bytes.toString('utf8', start, end) }),
  })
  for (const chunk of chunks) scanner.push(chunk)
  return { found, container: scanner.end() }
}

const scanText = (xml: string) => scan([Buffer.from(xml)])
const cuts = fc.array(fc.nat(), { maxLength: 12 })

describe('the scanner cuts every child verbatim', () => {
  test('for any document, cut into chunks anywhere', () => {
    fc.assert(
      fc.property(randomListing, cuts, ({ xml, elements }, places) => {
        expect(scan(chunksOf(Buffer.from(xml), places)).found).toEqual(elements)
      }),
      { numRuns: 2_000 },
    )
  })

  test('also when every byte arrives alone', () => {
    fc.assert(
      fc.property(randomListing, ({ xml, elements }) => {
        const bytes = Buffer.from(xml)
        expect(scan(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))).found).toEqual(elements)
      }),
      { numRuns: 300 },
    )
  })

  test('and saxes reads the kept part exactly like that part of the whole', () => {
    fc.assert(
      fc.property(
        randomListing,
        cuts,
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }).map(String)),
        (listing, places, keys) => {
          const wanted = new Set(keys)
          const { found, container } = scan(chunksOf(Buffer.from(listing.xml), places))
          const kept = found.filter(({ ratingKey }) => ratingKey !== null && wanted.has(ratingKey))
          const counts = { size: kept.length, totalSize: kept.length, offset: 0 }
          const answer = composeAnswer(
            container,
            kept.map(({ text }) => Buffer.from(text)),
            counts,
          )
          const whole = parseXml(listing.xml)
          const scoped = parseXml(answer.toString())
          expect(childElements(scoped)).toEqual(
            childElements(whole).filter((child) => wanted.has(child.attributes.ratingKey ?? '')),
          )
          const size = String(kept.length)
          const changed = 'totalSize' in whole.attributes ? { size, totalSize: size, offset: '0' } : { size }
          expect(scoped.attributes).toEqual({ ...whole.attributes, ...changed })
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('an incomplete answer is an error', () => {
  test('wherever it is cut', () => {
    fc.assert(
      fc.property(randomListing, fc.nat(), ({ xml }, cut) => {
        const bytes = Buffer.from(xml)
        const end = bytes.lastIndexOf('</MediaContainer>') + '</MediaContainer>'.length - 1
        expect(() => scan([bytes.subarray(0, cut % end)])).toThrow(ListingFault)
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([
    ['an HTML page', '<html><body>Unauthorized</body></html>'],
    ['JSON', '{"MediaContainer":{}}'],
    ['another root', '<Response code="500"/>'],
    ['a longer name', '<MediaContainers size="0"></MediaContainers>'],
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]><MediaContainer size="0"/>'],
    ['UTF-16', '<?xml version="1.0" encoding="UTF-16"?><MediaContainer size="0"/>'],
    ['bytes after the end', '<MediaContainer size="0"/><Video ratingKey="1"/>'],
    ['a stray closing tag', '<MediaContainer size="0"></Video></MediaContainer>'],
    ['nothing', ''],
  ])('%s is refused', (_name, xml) => {
    expect(() => scanText(xml)).toThrow(ListingFault)
  })

  test('an element over the limit is refused, not held', () => {
    const scanner = createXmlScanner({ element: () => undefined })
    scanner.push(Buffer.from('<MediaContainer size="1"><Video ratingKey="1">'))
    const piece = Buffer.alloc(1024 * 1024, '<Media/>')
    expect(() => {
      for (let sent = 0; sent <= maxElementBytes + 2 * piece.length; sent += piece.length) scanner.push(piece)
    }).toThrow(/larger than/)
  })
})

describe('single documents', () => {
  test('an empty container with a self-closing tag', () => {
    const { found, container } = scanText(
      '<?xml version="1.0" encoding="UTF-8"?>\n<MediaContainer size="0" totalSize="0" title1="A &gt; B"/>\n',
    )
    expect(found).toEqual([])
    expect(container.tag.toString()).toBe('<MediaContainer size="0" totalSize="0" title1="A &gt; B"')
  })

  test('nested elements of the same name belong to the outer one', () => {
    const inner = '<Directory ratingKey="9"><Directory ratingKey="8"/></Directory>'
    const outer = `<Directory ratingKey="1">${inner}</Directory>`
    expect(scanText(`<MediaContainer>${outer}${outer}</MediaContainer>`).found.map(({ text }) => text)).toEqual([
      outer,
      outer,
    ])
  })

  test('a ratingKey inside a value or in a nested element does not belong to the element', () => {
    const element = `<Video title=' ratingKey="5"'><Media ratingKey="6"/></Video>`
    expect(scanText(`<MediaContainer>${element}</MediaContainer>`).found).toEqual([{ ratingKey: null, text: element }])
  })
})
