import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { draftOf, followConfig, standOf } from './follow-draft.ts'

const source = { kind: 'path' as const, path: '/k/config.yml', name: 'config.yml' }
const text = 'plex:\n  url: x\nlibraries:\n  Movies:\n    overlay_files:\n      - default: resolution\n'
const connection = { id: 'c1', revision: 'r1', source, text }
const draft = draftOf(connection, text.replace('resolution', 'ratings'))
const onDisk = (changed: string) => ({ ...connection, revision: 'r2', text: changed })

describe('an edit whose config changes on disk', () => {
  test('is put on top of what has changed elsewhere in the file', () => {
    if (draft === null) throw new Error('no draft')
    const next = onDisk(text.replace('url: x', 'url: y'))
    expect(standOf(draft, next)).toBe('behind')
    const followed = followConfig(draft, next)
    expect(followed).toMatchObject({ revision: 'r2', base: next.text })
    expect(followed).toMatchObject({ text: next.text.replace('resolution', 'ratings') })
    if (followed === null || followed === 'conflict') throw new Error('not followed')
    expect(standOf(followed, next)).toBe('current')
  })

  test('waits for the user where both changed the same line', () => {
    if (draft === null) throw new Error('no draft')
    expect(followConfig(draft, onDisk(text.replace('resolution', 'audio_codec')))).toBe('conflict')
  })

  test('is no edit any more once the file says the same', () => {
    if (draft === null) throw new Error('no draft')
    expect(followConfig(draft, onDisk(draft.text))).toBeNull()
  })

  test('is an edit of another config when another one is connected, and of the same one connected again', () => {
    expect(standOf(draft, { ...connection, id: 'c2', source: { ...source, path: '/other/config.yml' } })).toBe('other')
    expect(standOf(draft, { ...connection, id: 'c2' })).toBe('behind')
    expect(standOf(null, connection)).toBe('none')
  })

  test('keeps both changes in their places, whatever they are, as long as they are apart', () => {
    const line = fc.constantFrom('- a', '- b', '', 'key: value')
    const change = fc.record({ cut: fc.nat(2), lines: fc.array(line, { maxLength: 3 }) })
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        fc.array(line, { maxLength: 8 }),
        change,
        change,
        (before, after, first, second) => {
          // Lines that stand once keep the two changes apart.
          const base = [...before, 'left wall', 'middle', 'right wall', ...after]
          const top = (lines: string[]) => [...first.lines, ...lines.slice(Math.min(first.cut, before.length))]
          const end = (lines: string[]) => [
            ...lines.slice(0, lines.length - Math.min(second.cut, after.length)),
            ...second.lines,
          ]
          const start = { ...connection, text: base.join('\n') }
          const edit = draftOf(start, top(base).join('\n'))
          const next = { ...start, revision: 'r2', text: end(base).join('\n') }
          fc.pre(edit !== null && next.text !== start.text)
          const followed = edit && followConfig(edit, next)
          expect(followed).toMatchObject({ text: end(top(base)).join('\n'), base: next.text })
        },
      ),
    )
  })

  test('takes no time that matters on thousands of equal lines', () => {
    const base = Array.from({ length: 25_000 }, () => '- b')
    const start = { ...connection, text: base.join('\n') }
    const mine = draftOf(start, base.with(10, 'mine').join('\n'))
    const next = { ...start, revision: 'r2', text: base.with(24_000, 'theirs').join('\n') }
    const both = base.with(10, 'mine').with(24_000, 'theirs').join('\n')
    expect(mine && followConfig(mine, next)).toMatchObject({ text: both })
    const other = Array.from({ length: 25_000 }, (_, at) => `key_${at}: 1`).join('\n')
    expect(mine && followConfig(mine, { ...start, revision: 'r3', text: other })).toBe('conflict')
  })
})
