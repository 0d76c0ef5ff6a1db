import type { XmlContainer } from './element-scanner.ts'
import { tagAttributes } from './xml-tag.ts'

/** The only three attributes of a container that change: they count its items. */
export interface Counts {
  size: number
  totalSize: number
  offset: number
}

const newline = Buffer.from('\n')

/** Composes the whole answer: Plex's container with new counts, and the elements byte for byte. */
export function composeAnswer({ prolog, tag }: XmlContainer, elements: readonly Buffer[], counts: Counts): Buffer {
  const open = withCounts(tag, counts)
  if (elements.length === 0) return Buffer.concat([prolog, open, Buffer.from('/>\n')])
  const parts: Buffer[] = [prolog, open, Buffer.from('>\n')]
  for (const element of elements) parts.push(element, newline)
  parts.push(Buffer.from('</MediaContainer>\n'))
  return Buffer.concat(parts)
}

/** Replaces the counts in the opening tag; a count that Plex did not write is not added. */
function withCounts(tag: Buffer, counts: Counts): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (const { name, valueStart, valueEnd } of tagAttributes(tag, 0, tag.length)) {
    if (!isCount(name)) continue
    parts.push(tag.subarray(from, valueStart), Buffer.from(String(counts[name])))
    from = valueEnd
  }
  return Buffer.concat([...parts, tag.subarray(from)])
}

function isCount(name: string): name is keyof Counts {
  return name === 'size' || name === 'totalSize' || name === 'offset'
}

/** `size` and `totalSize` as Plex wrote them; null if missing. */
export function writtenCounts({ tag }: XmlContainer): { size: number | null; totalSize: number | null } {
  const spans = tagAttributes(tag, 0, tag.length)
  const read = (wanted: keyof Counts): number | null => {
    const span = spans.find(({ name }) => name === wanted)
    const text = span === undefined ? '' : tag.toString('latin1', span.valueStart, span.valueEnd)
    return /^\d{1,12}$/.test(text) ? Number(text) : null
  }
  return { size: read('size'), totalSize: read('totalSize') }
}
