import { SaxesParser } from 'saxes'

/** One element of Plex's answer. */
export interface Element {
  name: string
  attributes: Readonly<Record<string, string>>
  children: Element[]
}

/** Reads a whole document into memory; throws on what is not XML, `{}` among it, as plexapi's parser does. */
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

/** All elements below with this name, in their order. */
export function descendants(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...descendants(child, name)])
}
