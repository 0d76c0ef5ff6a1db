import { describe, expect, test } from 'vitest'
import { labelWriteOf } from '../../src/proxy/ledger/item-edits.ts'
import { writeWords } from '../../src/run/summary/write-words.ts'

const titles: Record<string, string> = { 101: 'Nosferatu (1922)', 102: 'The General (1926)', 900: 'Silent' }
const labels: Record<string, string[]> = { 102: ['Late Night'] }
const words = (line: string): string => {
  const [method = '', target = ''] = line.split(/ (.*)/s)
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  return writeWords(
    { method, path, query },
    { titleOf: (key) => titles[key] ?? null, labelsOf: (key) => labels[key] ?? null },
  )
}

describe('a blocked write in words', () => {
  test.each([
    [
      'PUT /library/sections/1/all?type=1&id=101&label.locked=1&label%5B0%5D.tag.tag=Overlay',
      '+ label Overlay on Nosferatu (1922)',
    ],
    [
      'PUT /library/sections/1/all?type=1&id=101&label.locked=1&label%5B%5D.tag.tag-=Overlay',
      '− label Overlay on Nosferatu (1922)',
    ],
    [
      'PUT /library/sections/1/all?id=101%2C102&label[0].tag.tag=A&label[1].tag.tag=B&type=1',
      'labels A, B on Nosferatu (1922), The General (1926)',
    ],
    [
      'PUT /library/sections/1/all?id=101,102,103,104,105&genre[0].tag.tag=Horror',
      '+ genre Horror on Nosferatu (1922), The General (1926), item 103 and 2 more',
    ],
    [
      'PUT /library/sections/1/all?id=101&collection[].tag.tag-=My%2520Coll',
      '− collection My Coll on Nosferatu (1922)',
    ],
    [
      'PUT /library/sections/1/all?id=101&audienceRating.value=7.5&audienceRating.locked=1',
      'audience rating “7.5” on Nosferatu (1922)',
    ],
    // Kometa sends an item's existing tags as well. A tag that is known to be old is not called new.
    [
      'PUT /library/sections/1/all?id=102&label[0].tag.tag=Late Night&label[1].tag.tag=Overlay',
      '+ label Overlay on The General (1926)',
    ],
    [
      'PUT /library/sections/1/all?id=101&label[0].tag.tag=Late Night&label[1].tag.tag=Overlay',
      'labels Late Night, Overlay on Nosferatu (1922)',
    ],
    ['PUT /library/sections/1/all?id=101&thumb.locked=1', 'lock of the thumb on Nosferatu (1922)'],
    ['POST /library/metadata/101/posters', '+ poster on Nosferatu (1922)'],
    ['POST /library/metadata/777/arts?url=http%3A%2F%2Fx', '+ background art on item 777'],
    ['PUT /library/metadata/101/poster?url=upload%3A%2F%2Fx', 'another poster for Nosferatu (1922)'],
    ['POST /library/collections?sectionId=1&title=New&smart=0', '+ collection New'],
    ['PUT /library/collections/900/items?uri=server', '+ items in the collection Silent'],
    ['DELETE /library/collections/900/children/101', '− Nosferatu (1922) in the collection Silent'],
    ['PUT /library/collections/900/items/101/move?after=102', 'place of Nosferatu (1922) in the collection Silent'],
    ['DELETE /library/collections/900', 'delete Silent'],
    ['PUT /library/metadata/101/refresh', 'refresh Nosferatu (1922)'],
    ['PUT /library/collections/900/prefs?collectionMode=1', 'settings of Silent'],
    ['PUT /:/prefs?DatabaseCacheSize=40', 'settings of Plex: DatabaseCacheSize'],
    ['PUT /library/sections/3/emptyTrash', 'empty the trash of library 3'],
    ['PUT /library/optimize?async=1', 'PUT /library/optimize'],
  ])('%s', (line, expected) => {
    expect(words(line)).toBe(expected)
  })

  test('labels are distinguished from other tags', () => {
    const write = {
      method: 'PUT',
      path: '/library/sections/1/all',
      query: 'id=1&genre[0].tag.tag=x&label[].tag.tag-=a%252Cb,c',
    }
    expect(labelWriteOf(write)).toEqual({ ratingKeys: ['1'], added: [], removed: ['a,b', 'c'] })
    expect(labelWriteOf({ ...write, query: 'id=1&genre[0].tag.tag=x' })).toBeNull()
    expect(labelWriteOf({ ...write, method: 'POST' })).toBeNull()
  })
})
