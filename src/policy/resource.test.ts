import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeValue, pairName, pairValue, parseResource, queryOf, splitResource } from './resource.ts'

describe('parseResource', () => {
  test.each([
    ['/', '/', []],
    ['/library/sections/', '/library/sections/', []],
    ['/library/metadata/1,2?includeGuids=1', '/library/metadata/1,2', ['includeGuids=1']],
    ['/a?push=1&&push=1&', '/a', ['push=1', 'push=1']],
    ['/a?title%3D=Caf%C3%A9+%26', '/a', ['title%3D=Caf%C3%A9+%26']],
  ])('%s', (raw, path, pairs) => {
    expect(parseResource(raw)).toEqual({ ok: true, resource: { path, pairs, tokens: [] } })
  })

  test.each([
    ['/a?X-Plex-Token=t&b=1', ['t']],
    ['/a?b=1&x-plex-TOKEN=t', ['t']],
    ['/a?%58-Plex-Token=t&b=1&X%2DPlex%2dToken=u%20v', ['t', 'u v']],
    ['/a?b=1&X-Plex-Token', ['']],
  ])('takes the token out of %s', (raw, tokens) => {
    expect(parseResource(raw)).toEqual({ ok: true, resource: { path: '/a', pairs: ['b=1'], tokens } })
  })

  test.each([
    ['http://127.0.0.1/library', 'notOriginForm'],
    ['//127.0.0.1/library', 'notOriginForm'],
    ['*', 'notOriginForm'],
    ['', 'notOriginForm'],
    ['127.0.0.1:80', 'notOriginForm'],
    ['/library//sections', 'oddPath'],
    ['/library/./sections', 'oddPath'],
    ['/library/../sections', 'oddPath'],
    ['/library/.sections', 'oddPath'],
    ['/library/%73ections', 'oddPath'],
    ['/library%2fsections', 'oddPath'],
    ['/library;a/sections', 'oddPath'],
    ['/library\\sections', 'oddPath'],
    ['/library /sections', 'oddPath'],
    ['/library\u0000', 'oddPath'],
    ['/library#a', 'oddPath'],
    ['/a?b=1;c=2', 'oddQuery'],
    ['/a?b[0]=1', 'oddQuery'],
    ['/a?b=1#c', 'oddQuery'],
    ['/a?b=\u00e9', 'oddQuery'],
    [`/a?b=${'x'.repeat(40_000)}`, 'resourceTooLong'],
  ])('refuses %s', (raw, code) => {
    expect(parseResource(raw)).toMatchObject({ ok: false, code })
  })

  test('the reason names the odd parameter', () => {
    expect(parseResource('/a?b=1&c[0]=1&d=2')).toMatchObject({ reason: expect.stringContaining('c[0]') })
  })

  test.each([
    ['/a?', '/a', []],
    ['/a??b', '/a', ['?b']],
    ['?b', '', ['b']],
    ['/a?b=1=2&=&c', '/a', ['b=1=2', '=', 'c']],
    ['/a?X-Plex-Toke=1&X-Plex-Tokens=1&XX-Plex-Token=1', '/a', ['X-Plex-Toke=1', 'X-Plex-Tokens=1', 'XX-Plex-Token=1']],
    ['/a?X-Plex-Token%zz=1', '/a', ['X-Plex-Token%zz=1']],
  ])('%s is split without any check', (raw, path, pairs) => {
    expect(splitResource(raw)).toEqual({ path, pairs, tokens: [] })
  })

  test('the longest allowed resource, and one byte more', () => {
    const ofLength = (length: number) => `/${'a'.repeat(length - 1)}`
    expect(parseResource(ofLength(32_768)).ok).toBe(true)
    expect(parseResource(ofLength(32_769))).toMatchObject({
      code: 'resourceTooLong',
      reason: expect.stringContaining('32768'),
    })
  })

  test('it never throws, and it leaves no token in the pairs', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webPath(), fc.webUrl()), fc.webQueryParameters(), (path, query) => {
        const { pairs, path: kept } = splitResource(`${path}?${query}&x-Plex-tokeN=secret`)
        expect(pairs.join('&')).not.toMatch(/secret/)
        if (!path.includes('?')) expect(kept).toBe(path)
        parseResource(`${path}?${query}`)
      }),
    )
  })
})

test('names, values and the query of a resource', () => {
  expect(['a=1=2', 'a', '=1', ''].map(pairName)).toEqual(['a', 'a', '', ''])
  expect(['a=1=2', 'a', '=1', 'a='].map(pairValue)).toEqual(['1=2', '', '1', ''])
  expect(queryOf(splitResource('/a?b=1&X-Plex-Token=t&c'))).toBe('b=1&c')
  expect(queryOf(splitResource('/a'))).toBe('')
})

test.each([
  ['a', 'a'],
  ['a+b', 'a b'],
  ['a+b+c', 'a b c'],
  ['a%20b', 'a b'],
  ['%C3%A9+%2B', '\u00e9 +'],
  ['%ff', null],
  ['%', null],
])('%s decoded is %s', (raw, value) => expect(decodeValue(raw)).toBe(value))
