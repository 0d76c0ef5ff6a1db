import type { Entry } from '../model/entry.ts'
import { type ItemView, itemNode } from './item-node.ts'
import { jsonName, node, type PlexNode, toJson, toXml, xmlAttributes, xmlDeclaration } from './node.ts'

/** An answer, before it is written as XML or JSON. */
export type Reply =
  | { kind: 'container'; attrs: PlexNode['attrs']; children: readonly PlexNode[] }
  | { kind: 'items'; attrs: PlexNode['attrs']; entries: readonly Entry[]; view: ItemView; before?: readonly PlexNode[] }
  | { kind: 'bytes'; mediaType: string; bytes: Uint8Array }
  | { kind: 'empty'; status: number }

/** Plex's answer to a write that returns nothing. */
export const done: Reply = { kind: 'empty', status: 200 }
export const notFound: Reply = { kind: 'empty', status: 404 }

export interface WrittenReply {
  status: number
  mediaType: string
  /** The whole body, or pieces that are sent as fast as the client reads them. */
  body: Uint8Array | Iterable<string>
}

const xmlMediaType = 'text/xml;charset=utf-8'
const piecesFromItems = 300
const itemsPerPiece = 100

export function writeReply(reply: Reply, asJson: boolean): WrittenReply {
  if (reply.kind === 'bytes') return { status: 200, mediaType: reply.mediaType, body: reply.bytes }
  if (reply.kind === 'empty') return { status: reply.status, mediaType: 'text/html', body: statusPage(reply.status) }
  if (asJson) {
    const items = reply.kind === 'items' ? reply.entries.map((entry) => itemNode(entry, reply.view)) : reply.children
    const children = reply.kind === 'items' ? [...(reply.before ?? []), ...items] : items
    return { status: 200, mediaType: 'application/json', body: Buffer.from(jsonContainer(reply.attrs, children)) }
  }
  if (reply.kind === 'items' && reply.entries.length >= piecesFromItems) {
    return { status: 200, mediaType: xmlMediaType, body: xmlPieces(reply) }
  }
  const inside =
    reply.kind === 'items'
      ? (reply.before ?? []).map(toXml).join('') + reply.entries.map((entry) => itemXml(entry, reply.view)).join('')
      : reply.children.map(toXml).join('')
  const open = `${xmlDeclaration}<MediaContainer${xmlAttributes(reply.attrs)}`
  return {
    status: 200,
    mediaType: xmlMediaType,
    body: Buffer.from(inside === '' ? `${open}/>\n` : `${open}>\n${inside}</MediaContainer>\n`),
  }
}

/** Plex sends a small page with an error, and no body with a success. */
function statusPage(status: number): Uint8Array {
  const words: Record<number, string> = { 400: 'Bad Request', 401: 'Unauthorized', 404: 'Not Found' }
  const text = words[status]
  return Buffer.from(
    text === undefined ? '' : `<html><head><title>${text}</title></head><body><h1>${status} ${text}</h1></body></html>`,
  )
}

function jsonContainer(attrs: PlexNode['attrs'], children: readonly PlexNode[]): string {
  const container = toJson(node('MediaContainer', attrs, children))
  // A list of several kinds keeps its order under one name.
  for (const child of children) container[jsonName(child)] ??= []
  return JSON.stringify({ MediaContainer: container })
}

function* xmlPieces({ attrs, entries, view, before }: Reply & { kind: 'items' }): Generator<string> {
  yield `${xmlDeclaration}<MediaContainer${xmlAttributes(attrs)}>\n${(before ?? []).map(toXml).join('')}`
  for (let at = 0; at < entries.length; at += itemsPerPiece) {
    let piece = ''
    for (const entry of entries.slice(at, at + itemsPerPiece)) piece += itemXml(entry, view)
    yield piece
  }
  yield '</MediaContainer>\n'
}

/** Limit of the XML kept between listings, in characters: enough for about 100,000 films. */
const maxKeptCharacters = 400_000_000
let keptCharacters = 0

/** Only the XML of lists with guids is kept: Kometa and python-plexapi ask for those. */
function itemXml(entry: Entry, view: ItemView): string {
  if (view.full || !view.guids) return toXml(itemNode(entry, view))
  if (entry.xml !== null) return entry.xml
  const xml = toXml(itemNode(entry, view))
  if (keptCharacters + xml.length <= maxKeptCharacters) {
    keptCharacters += xml.length
    entry.xml = xml
  }
  return xml
}
