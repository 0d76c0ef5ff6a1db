import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import { splitResource } from '../../policy/resource.ts'
import { answerWrite } from './answers.ts'

const answer = (method: string, target: string, accept = '*/*') => answerWrite(method, splitResource(target), accept)

describe('what a blocked write is answered', () => {
  test.each([
    ['POST', '/library/metadata/1/posters'],
    ['PUT', '/library/sections/1/all?id=1'],
    ['DELETE', '/playlists/5'],
    ['PUT', '/playlists'],
    ['POST', '/playlists/upload?path=x'],
    ['PUT', '/library/collections/5/items?uri=x'],
  ])('%s %s: 200, text/html, nothing in it', (method, target) => {
    expect(answer(method, target)).toEqual({ status: 200, contentType: 'text/html', body: '' })
  })

  test('{} only for a client that asks for JSON', () => {
    const json = { status: 200, contentType: 'application/json', body: '{}' }
    expect(answer('PUT', '/library/sections/1/all', 'application/json')).toEqual(json)
    expect(answer('POST', '/playlists', 'Application/JSON, text/plain, */*')).toEqual(json)
    expect(answer('PUT', '/library/sections/1/all', 'text/html')).not.toEqual(json)
  })

  test.each([
    ['POST', '/playlists?title=A%20%22%26%3C%3E%00B&type=video&smart=1', 'Playlist', { title: 'A "&<>B', smart: '1' }],
    ['POST', '/library/collections?title=C&sectionId=3', 'Directory', { title: 'C', librarySectionID: '3' }],
    ['POST', '/playQueues?uri=x', 'MediaContainer', { playQueueTotalCount: '0' }],
    ['DELETE', '/playQueues/7/items/8', 'MediaContainer', { playQueueID: '7' }],
    ['POST', '/myplex/claim?token=x', 'MyPlex', {}],
  ])('%s %s: XML that plexapi can index (%s)', (method, target, element, attributes) => {
    const { contentType, body } = answer(method, target)
    // python-requests takes XML without a charset for ISO-8859-1
    expect(contentType).toBe('text/xml;charset=utf-8')
    const found: Record<string, unknown>[] = []
    const parser = new SaxesParser()
    parser.on('opentag', (tag) => {
      if (tag.name === element) found.push(tag.attributes)
    })
    parser.write(body).close()
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject(attributes)
  })
})
