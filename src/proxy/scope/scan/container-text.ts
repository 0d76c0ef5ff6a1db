import type { XmlContainer } from './element-scanner.ts'
import type { JsonContainer } from './json-scanner.ts'
import { tagAttributes } from './xml-tag.ts'

/** The only three attributes of a container that change: they tell how many items there are. */
export interface Counts {
  size: number
  totalSize: number
  offset: number
}

export type Container = { format: 'xml'; container: XmlContainer } | { format: 'json'; container: JsonContainer }

const newline = Buffer.from('\n')
const comma = Buffer.from(',')
const nothing = Buffer.alloc(0)

/** The whole answer: the container as Plex wrote it, its counts changed where they stand, and the elements verbatim. */
export function composeAnswer(container: Container, elements: readonly Buffer[], counts: Counts): Buffer {
  return container.format === 'xml'
    ? composeXml(container.container, elements, counts)
    : composeJson(container.container, elements, counts)
}

function composeXml({ prolog, tag }: XmlContainer, elements: readonly Buffer[], counts: Counts): Buffer {
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

function composeJson({ members }: JsonContainer, elements: readonly Buffer[], counts: Counts): Buffer {
  const parts: Buffer[] = [Buffer.from('{"MediaContainer":{')]
  let listed = false
  members.forEach((member, index) => {
    parts.push(Buffer.from(`${index === 0 ? '' : ','}"${member.key}":`))
    if ('value' in member) {
      parts.push(isCount(member.key) ? Buffer.from(String(counts[member.key])) : member.value)
      return
    }
    parts.push(Buffer.from('['))
    // One list holds the items; a second one of such a name would double them.
    if (!listed) for (const element of elements) parts.push(element === elements[0] ? nothing : comma, element)
    listed = true
    parts.push(Buffer.from(']'))
  })
  parts.push(Buffer.from('}}'))
  return Buffer.concat(parts)
}

function isCount(name: string): name is keyof Counts {
  return name === 'size' || name === 'totalSize' || name === 'offset'
}

/** `size` and `totalSize` as Plex wrote them, null where it did not. */
export function writtenCounts({ format, container }: Container): { size: number | null; totalSize: number | null } {
  const read = (name: string): number | null => {
    const text = format === 'xml' ? xmlAttribute(container, name) : jsonMember(container, name)
    return text !== null && /^"?\d{1,12}"?$/.test(text) ? Number(text.replaceAll('"', '')) : null
  }
  return { size: read('size'), totalSize: read('totalSize') }
}

function xmlAttribute({ tag }: XmlContainer, name: string): string | null {
  const span = tagAttributes(tag, 0, tag.length).find((attribute) => attribute.name === name)
  return span === undefined ? null : tag.toString('latin1', span.valueStart, span.valueEnd)
}

function jsonMember({ members }: JsonContainer, name: string): string | null {
  const member = members.find(({ key }) => key === name)
  return member !== undefined && 'value' in member ? member.value.toString('latin1') : null
}
