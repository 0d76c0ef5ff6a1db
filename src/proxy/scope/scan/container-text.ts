import type { XmlContainer } from './element-scanner.ts'
import { tagAttributes } from './xml-tag.ts'

/** The only three attributes of a container that change: they tell how many items there are. */
export interface Counts {
  size: number
  totalSize: number
  offset: number
}

const newline = Buffer.from('\n')

/** The whole answer: the container as Plex wrote it, its counts changed where they stand, and the elements verbatim. */
export function composeAnswer({ prolog, tag }: XmlContainer, elements: readonly Buffer[], counts: Counts): Buffer {
  const open = withCounts(tag, counts)
  if (elements.length === 0) return Buffer.concat([prolog, open, Buffer.from('/>\n')])
  const parts: Buffer[] = [prolog, open, Buffer.from('>\n')]
  for (const element of elements) parts.push(element, newline)
  parts.push(Buffer.from('</MediaContainer>\n'))
  return Buffer.concat(parts)
}

/** The opening tag with its counts; an attribute that Plex did not write is not added. */
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

/** `size` and `totalSize` as Plex wrote them, null where it did not. */
export function writtenCounts({ tag }: XmlContainer): { size: number | null; totalSize: number | null } {
  const spans = tagAttributes(tag, 0, tag.length)
  const read = (wanted: keyof Counts): number | null => {
    const span = spans.find(({ name }) => name === wanted)
    const text = span === undefined ? '' : tag.toString('latin1', span.valueStart, span.valueEnd)
    return /^\d{1,12}$/.test(text) ? Number(text) : null
  }
  return { size: read('size'), totalSize: read('totalSize') }
}
