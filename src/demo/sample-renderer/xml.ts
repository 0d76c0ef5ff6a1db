import { SaxesParser } from 'saxes'

/** One element of Plex's answer. */
export interface Element {
  name: string
  attributes: Readonly<Record<string, string>>
  children: Element[]
}

/** Reads a whole document into memory. Like plexapi's parser, it throws if the text is not XML, e.g. `{}`. */
export function parseXml(text: string): Element {
  const parser = new SaxesParser()
  const open: Element[] = [{ name: '', attributes: {}, children: [] }]
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, children: [] }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => {
    open.pop()
  })
  parser.on('error', (error) => {
    throw error
  })
  parser.write(text).close()
  const root = open[0]?.children[0]
  if (!root) throw new Error('no element found')
  return root
}

/** All descendants with this name, in document order. */
export function descendants(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...descendants(child, name)])
}
