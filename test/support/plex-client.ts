import { SaxesParser } from 'saxes'
import { expect } from 'vitest'
import type { SamplePlex } from './sample-plex.ts'

export interface XmlElement {
  name: string
  attrs: Record<string, string>
  children: XmlElement[]
}

/** The root element of an answer. The parser shares no code with the writer. */
export function parseXml(xml: string): XmlElement {
  const parser = new SaxesParser()
  const stack: XmlElement[] = [{ name: '', attrs: {}, children: [] }]
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attrs: attributes as Record<string, string>, children: [] }
    stack.at(-1)?.children.push(element)
    stack.push(element)
  })
  parser.on('closetag', () => stack.pop())
  parser.write(xml).close()
  const root = stack[0]?.children[0]
  if (root === undefined) throw new Error('no element')
  return root
}

export interface PlexClient {
  ask(target: string, headers?: Record<string, string>, init?: RequestInit): Promise<Response>
  /** The XML that answers a GET, which must succeed. */
  container(target: string, headers?: Record<string, string>): Promise<XmlElement>
  /** The titles that a query below /library/sections/ finds. */
  titles(query: string): Promise<string[]>
}

/** A client that sends the server's token in its header. */
export function plexClient(plex: Pick<SamplePlex, 'url' | 'token'>): PlexClient {
  const client: PlexClient = {
    ask: (target, headers = {}, init = {}) =>
      fetch(plex.url + target, { ...init, headers: { 'X-Plex-Token': plex.token, ...headers } }),
    async container(target, headers) {
      const response = await client.ask(target, headers)
      expect(response.status, target).toBe(200)
      expect(response.headers.get('content-type')).toBe('text/xml;charset=utf-8')
      return parseXml(await response.text())
    },
    async titles(query) {
      return (await client.container(`/library/sections/${query}`)).children.map((child) => child.attrs.title ?? '')
    },
  }
  return client
}
