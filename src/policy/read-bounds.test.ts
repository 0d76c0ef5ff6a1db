import { expect, test } from 'vitest'
import type { PlexRead } from '../plex/upstream/connection.ts'
import { outgoingHeaders } from '../plex/upstream/upstream-headers.ts'
import { classifyRead } from './classify-read.ts'
import { plainMeta } from './section-meta.ts'

const letters = (count: number) => 'a'.repeat(count)
const digits = (count: number) => '7'.repeat(count)
const meta = {
  fields: new Set([...plainMeta.fields, letters(64), letters(65)]),
  tagLists: new Set([...plainMeta.tagLists, 'q', letters(64), letters(65)]),
}
const passes = (rawResource: string) =>
  classifyRead({ method: 'GET', rawResource, context: { section: () => meta, listedArtwork: () => false } }).ok

/** A resource with exactly this number of bytes. */
const ofLength = (bytes: number) => `/playlists?title=${letters(bytes - '/playlists?title='.length)}`

/** The shortest and longest allowed values, and a value that is one character too long. */
test.each([
  ['a section', (n: number) => `/library/sections/${digits(n)}/all`, 1, 9],
  ['an item', (n: number) => `/library/metadata/${digits(n)}/posters`, 1, 18],
  ['one of several items', (n: number) => `/library/metadata/5,${digits(n)}`, 1, 18],
  ['the first of several items', (n: number) => `/library/metadata/${digits(n)},5`, 1, 18],
  ['a stamp', (n: number) => `/library/metadata/5/thumb/${digits(n)}`, 1, 18],
  ['a negative stamp', (n: number) => `/library/metadata/5/thumb/-${digits(n)}`, 1, 18],
  ['a file', (n: number) => `/:/resources/${letters(n)}.png`, 1, 100],
  ['a tag list', (n: number) => `/library/sections/1/${n === 1 ? 'q' : letters(n)}`, 1, 64],
  ['a search field', (n: number) => `/library/sections/1/all?${letters(n)}=1`, 64, 64],
  ['a number', (n: number) => `/library/sections/1/all?X-Plex-Container-Size=${digits(n)}`, 1, 18],
  ['one of several numbers', (n: number) => `/library/sections/1/all?type=${digits(n)}`, 1, 18],
  ['the second of several numbers', (n: number) => `/library/sections/1/all?type=1,${digits(n)}`, 1, 18],
  ['a decimal', (n: number) => `/library/metadata/5/nearest?maxDistance=${digits(n)}`, 1, 9],
  ['the places of a decimal', (n: number) => `/library/metadata/5/nearest?maxDistance=0.${digits(n)}`, 1, 9],
  ['a word', (n: number) => `/playlists?playlistType=${letters(n)}`, 1, 100],
  ['a whole resource', ofLength, 17, 32_768],
] as const)('%s', (_name, resource, shortest, longest) => {
  expect([shortest, longest, longest + 1].map((length) => passes(resource(length)))).toEqual([true, true, false])
  if (shortest === 1) expect(passes(resource(0))).toBe(false)
})

test.each([
  ['accept', letters, 500],
  ['accept-encoding', letters, 200],
  ['accept-language', letters, 200],
  ['if-modified-since', letters, 100],
  ['if-none-match', letters, 1_000],
  ['x-plex-container-start', digits, 18],
  ['x-plex-container-size', digits, 18],
] as const)('the header %s', (name, text, longest) => {
  const sent = (length: number) => {
    const read: PlexRead = { method: 'GET', resource: '/' as PlexRead['resource'], headers: { [name]: text(length) } }
    return outgoingHeaders(read, undefined, 'id').includes(name)
  }
  expect([0, 1, longest, longest + 1].map(sent)).toEqual([false, true, true, false])
})

test.each([
  ['a', false],
  ['en', true],
  ['deu', true],
  ['deut', false],
  ['en-US', true],
  ['en-U', false],
  ['en-USA', false],
  ['en-us', false],
])('the header x-plex-language: %s', (value, passesOn) => {
  const read: PlexRead = { method: 'GET', resource: '/' as PlexRead['resource'], headers: { 'x-plex-language': value } }
  expect(outgoingHeaders(read, undefined, 'id').includes(value)).toBe(passesOn)
})
