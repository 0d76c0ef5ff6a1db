import { expect, test } from 'vitest'
import type { KometaEvent } from '../../src/kometa/log/read/log-events.ts'
import { createUserWords, cutLists } from '../../src/kometa/log/words/user-words.ts'

const library = { mapping: '/workspace', title: '/workspace' }

test("a reason names the user's paths, the deepest place first", () => {
  const words = createUserWords([
    ['/workspace', '/home/me'],
    ['/workspace/cwd/config', '/home/me/kometa/config'],
    ['/workspace/cwd', '/home/me/kometa'],
  ])
  const reason =
    "Overlay Error: Overlay image not found at '/workspace/cwd/config/overlays/x.png', '/workspace/cwd/y' " +
    "or '/workspace/z'"
  const event: KometaEvent = {
    type: 'definition_failed',
    library,
    name: '/workspace/cwd',
    reason,
    blank: false,
    seq: 1,
    at: 0,
  }
  expect(words(event)).toEqual({
    ...event,
    reason:
      "Overlay Error: Overlay image not found at '/home/me/kometa/config/overlays/x.png', '/home/me/kometa/y' " +
      "or '/home/me/z'",
  })
})

test('a long list is shortened to five names and a count', () => {
  const fonts = Array.from({ length: 380 }, (_, at) => `Font${at}.ttf`)
  expect(cutLists(`Overlay Error: font 'x' not found. Available fonts: ${fonts.join(', ')}`)).toBe(
    "Overlay Error: font 'x' not found. " +
      'Available fonts: Font0.ttf, Font1.ttf, Font2.ttf, Font3.ttf, Font4.ttf and 375 more',
  )
  const options = ['a', "it's", 'c', 'd', 'e', 'f', 'g'].map((name) => (name.includes("'") ? `"${name}"` : `'${name}'`))
  expect(cutLists(`Plex Library 'Ghost' not found. Options: [${options.join(', ')}]`)).toBe(
    `Plex Library 'Ghost' not found. Options: ['a', "it's", 'c', 'd', 'e' and 2 more]`,
  )
  const short = "Plex Error: Plex Library 'Ghost' not found. Options: ['Movies', 'TV Shows']"
  expect(cutLists(short)).toBe(short)
})
