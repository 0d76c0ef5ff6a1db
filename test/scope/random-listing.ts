import fc from 'fast-check'
import { SaxesParser } from 'saxes'

/** A listing made of parts, so that a test knows the text of every element without parsing. */
export interface RandomListing {
  xml: string
  elements: { ratingKey: string | null; text: string }[]
}

const words = fc.constantFrom(
  'a',
  'Amélie',
  '千と千尋',
  '🎬',
  'x > y',
  '"',
  "'",
  '&amp;',
  '&#10;',
  '!',
  '?',
  ' ratingKey=',
  '/>',
  '-->',
  ']]>',
)
/** Text that may be between quotes: with `>` and `/>`, never with `<`, and the quote itself only as an entity. */
const attributeText = (mark: '"' | "'") =>
  fc.array(words, { maxLength: 5 }).map((parts) => parts.join(' ').replaceAll(mark, mark === '"' ? '&quot;' : '&apos;'))
const space = fc.constantFrom(' ', '\n', '  ', '\t')
const attribute = (name: fc.Arbitrary<string>) =>
  fc
    .record({ name, mark: fc.constantFrom('"' as const, "'" as const), space, sign: fc.constantFrom('=', ' = ') })
    .chain((one) =>
      attributeText(one.mark).map((text) => `${one.space}${one.name}${one.sign}${one.mark}${text}${one.mark}`),
    )
const attributes = fc
  .uniqueArray(fc.constantFrom('title', 'summary', 'type', 'key', 'thumb', 'parentRatingKey', 'RATINGKEY'), {
    maxLength: 4,
  })
  .chain((names) => fc.tuple(...names.map((name) => attribute(fc.constant(name)))))
  .map((parts) => parts.join(''))
const between = fc.constantFrom('', '\n', '  ', '<!-- <Video ratingKey="1"> -->', '<?note </Video>?>', '<!---->')
const text = fc.constantFrom(
  '',
  '\n',
  'words &lt; more',
  '<![CDATA[</Video> ]] > <Video>]]>',
  '<!-- </Directory> -->',
  '<?x <Video?>',
)
const names = fc.constantFrom('Video', 'Directory', 'Track', 'Media')

const { child } = fc.letrec<{ child: string }>((tie) => ({
  child: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.tuple(names, attributes).map(([name, own]) => `<${name}${own}/>`),
    fc
      .tuple(
        names,
        attributes,
        fc.array(fc.oneof(text, tie('child')), { maxLength: 3 }),
        fc.constantFrom('', ' ', '\n'),
      )
      .map(([name, own, inner, end]) => `<${name}${own}>${inner.join('')}</${name}${end}>`),
  ),
}))

const element = (ratingKey: string | null): fc.Arbitrary<{ ratingKey: string | null; text: string }> =>
  fc
    .record({
      name: names,
      before: fc.constantFrom('first', 'last'),
      own: attributes,
      inner: fc.array(fc.oneof(text, child), { maxLength: 4 }),
      shape: fc.constantFrom('pair', 'empty'),
      mark: fc.constantFrom('"', "'"),
    })
    .map(({ name, before, own, inner, shape, mark }) => {
      const key = ratingKey === null ? '' : ` ratingKey=${mark}${ratingKey}${mark}`
      const start = `<${name}${before === 'first' ? key + own : own + key}`
      return { ratingKey, text: shape === 'empty' ? `${start}/>` : `${start}>${inner.join('')}</${name}>` }
    })

/**
 * Random listings: comments, CDATA, instructions, quotes, entities and nested elements of the same name, all valid XML.
 */
export const randomListing: fc.Arbitrary<RandomListing> = fc
  .array(fc.option(fc.integer({ min: 1, max: 30 }).map(String), { freq: 8 }), { maxLength: 12 })
  .chain((keys) =>
    fc.record({
      elements: fc.tuple(...keys.map(element)),
      gaps: fc.array(between, { minLength: keys.length + 1, maxLength: keys.length + 1 }),
      prolog: fc.constantFrom(
        '',
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<?xml version="1.0"?><!-- <MediaContainer> -->',
      ),
      own: attributes,
      total: fc.boolean(),
      tail: fc.constantFrom('', '\n', '<!-- end -->\n'),
    }),
  )
  .map(({ elements, gaps, prolog, own, total, tail }) => {
    const counts = ` size="${elements.length}"${total ? ` totalSize="${elements.length}" offset="0"` : ''}`
    const inner = elements.map(({ text: own }, index) => `${gaps[index]}${own}`).join('') + gaps.at(-1)
    return { xml: `${prolog}<MediaContainer${counts}${own}>${inner}</MediaContainer>${tail}`, elements: [...elements] }
  })

/** Cuts bytes into chunks at random places; some chunks have one byte. */
export function chunksOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length))
}

export interface ParsedElement {
  name: string
  attributes: Record<string, string>
  children: (ParsedElement | string)[]
}

/** The whole document as parsed by saxes, independently of our code. */
export function parseXml(xml: string): ParsedElement {
  const parser = new SaxesParser()
  const top: ParsedElement = { name: '', attributes: {}, children: [] }
  const open = [top]
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes: own }) => {
    const made = { name, attributes: { ...own }, children: [] }
    open.at(-1)?.children.push(made)
    open.push(made)
  })
  parser.on('closetag', () => open.pop())
  const addText = (value: string): void => {
    if (open.length > 1) open.at(-1)?.children.push(value)
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(xml).close()
  const [root] = top.children
  if (root === undefined || typeof root === 'string') throw new Error('no root element')
  return root
}

/** The element children of a container. */
export function childElements(element: ParsedElement): ParsedElement[] {
  return element.children.filter((child) => typeof child !== 'string')
}
