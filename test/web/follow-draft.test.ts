import { describe, expect, test } from 'vitest'
import { draftOf, followConfig, standOf } from '../../web/core/follow-draft.ts'

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
})
