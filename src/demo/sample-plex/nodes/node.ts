/** One element of an answer. Both XML and JSON are made of it. */
export interface PlexNode {
  name: string
  attrs: Readonly<Record<string, AttrValue>>
  children?: readonly PlexNode[]
}

export type AttrValue = string | number | boolean | undefined

/** In XML an item's kind names its element; in JSON each item is called Metadata. */
const metadataElements = new Set(['Video', 'Track', 'Photo', 'Playlist'])
/** Elements that are one object in JSON, not a list. */
const singleElements = new Set(['UltraBlurColors', 'Meta', 'Preferences'])

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n'

export function node(name: string, attrs: PlexNode['attrs'], children?: readonly PlexNode[]): PlexNode {
  return children === undefined ? { name, attrs } : { name, attrs, children }
}

/** Writes the element and everything in it. Like Plex, it puts each element on a line of its own. */
export function toXml(element: PlexNode): string {
  const open = `<${element.name}${xmlAttributes(element.attrs)}`
  if (element.children === undefined || element.children.length === 0) return `${open}/>\n`
  return `${open}>\n${element.children.map(toXml).join('')}</${element.name}>\n`
}

export function xmlAttributes(attrs: PlexNode['attrs']): string {
  let out = ''
  for (const name in attrs) {
    const value = attrs[name]
    if (value === undefined) continue
    const plain = typeof value === 'boolean' ? Number(value) : value
    out += ` ${name}="${typeof plain === 'string' ? escapeXml(plain) : plain}"`
  }
  return out
}

const unsafe = /[&<>"'\n\r\t]/
const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
}

function escapeXml(text: string): string {
  return unsafe.test(text) ? text.replace(/[&<>"'\n\r\t]/g, (sign) => escapes[sign] ?? sign) : text
}

/** The element's value in Plex's JSON: attributes with their types, and children in lists by name. */
export function toJson(element: PlexNode): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const name in element.attrs) if (element.attrs[name] !== undefined) out[name] = element.attrs[name]
  for (const child of element.children ?? []) {
    const name = jsonName(child)
    if (singleElements.has(name)) {
      out[name] = toJson(child)
      continue
    }
    const list = out[name]
    if (Array.isArray(list)) list.push(toJson(child))
    else out[name] = [toJson(child)]
  }
  return out
}

export function jsonName(element: PlexNode): string {
  if (metadataElements.has(element.name)) return 'Metadata'
  // In XML shows, seasons, artists, albums, sections and tags are all a Directory. Only items have a ratingKey.
  if (element.name === 'Directory' && element.attrs.ratingKey !== undefined) return 'Metadata'
  return element.name
}
