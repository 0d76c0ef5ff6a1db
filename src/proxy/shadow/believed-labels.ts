import type { BlockedWrite } from '../../contract/records.ts'
import type { ReadHandler } from '../answer/read-handler.ts'
import { labelWriteOf } from '../ledger/item-edits.ts'
import { createListingReader } from '../scope/listing-reader.ts'
import { composeAnswer } from '../scope/scan/container-text.ts'
import { attributeOf, tagEnd, tagNameEnd } from '../scope/scan/xml-tag.ts'
import { editAnswer } from './edit-answer.ts'
import { quoteXml } from './quote-xml.ts'

/** Whether Kometa has put a label on an item, or taken it off, by its name. */
type Changes = Map<string, 'added' | 'removed'>

/**
 * Shows Kometa the labels that it believes to have set. Before Kometa draws on an item a second time (two entries of
 * the config on one Plex library), it reads the item's labels back; with the label Overlay it draws on a clean poster.
 * Plex never got that label.
 */
export function createBelievedLabels(): {
  wrote(write: Pick<BlockedWrite, 'method' | 'path' | 'query'>): void
  wrap(next: ReadHandler): ReadHandler
} {
  const changed = new Map<string, Changes>()
  return {
    wrote(write) {
      const labels = labelWriteOf(write)
      for (const ratingKey of labels?.ratingKeys ?? []) {
        const changes: Changes = changed.get(ratingKey) ?? new Map()
        for (const label of labels?.added ?? []) changes.set(label, 'added')
        for (const label of labels?.removed ?? []) changes.set(label, 'removed')
        changed.set(ratingKey, changes)
      }
    },
    wrap: (next) => (read, reply) => {
      const { row, ratingKeys } = read.read
      const keys = row.kept === 'items' && row.answer === 'text' ? ratingKeys : []
      if (keys.some((key) => changed.has(key))) editAnswer(next, read, reply, (text) => withLabels(text, changed))
      else next(read, reply)
    },
  }
}

function withLabels(text: string, changed: ReadonlyMap<string, Changes>): string | null {
  const reader = createListingReader(() => true)
  reader.push(Buffer.from(text))
  const { container, kept } = reader.finish()
  const elements = kept.map(({ ratingKey, bytes }) => edit(bytes, changed.get(ratingKey)))
  const { length } = elements
  return composeAnswer(container, elements, { size: length, totalSize: length, offset: 0 }).toString('utf8')
}

/** `<Label .../>` with any text in its quotes. */
const labelElement = /<Label(?:\s+[\w:.-]+=(?:"[^"]*"|'[^']*'))*\s*\/>/g

function edit(item: Buffer, changes: Changes | undefined): Buffer {
  if (changes === undefined) return item
  const worn = new Set<string>()
  const text = item.toString('utf8').replaceAll(labelElement, (element) => {
    const tag = attributeOf(Buffer.from(element), 0, 'tag') ?? ''
    if (changes.get(tag) === 'removed') return ''
    worn.add(tag)
    return element
  })
  const missing = [...changes].filter(([label, change]) => change === 'added' && !worn.has(label))
  if (missing.length === 0) return Buffer.from(text)
  const labels = missing.map(([label]) => `<Label tag="${quoteXml(label)}"/>`).join('')
  const bytes = Buffer.from(text)
  const end = tagEnd(bytes, 0)
  const open = bytes.toString('utf8', 0, end)
  if (!open.endsWith('/>')) return Buffer.from(`${open}${labels}${bytes.toString('utf8', end)}`)
  const name = bytes.toString('utf8', 1, tagNameEnd(bytes, 0))
  return Buffer.from(`${open.slice(0, -'/>'.length).trimEnd()}>${labels}</${name}>`)
}
