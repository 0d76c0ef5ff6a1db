import { describe, expect, test } from 'vitest'
import { rerunChoices } from './rerun-choices.ts'

/** "Run again" says which config it takes. */
const source = { kind: 'path' as const, path: '/k/config.yml', name: 'config.yml' }
const connection = { id: 'c1', revision: 'r1', source, text: 'text' }
const ofFile = { config: 'config.yml', configPath: '/k/config.yml', configEdited: false }
const edit = { connectionId: 'c1', revision: 'r1', source, base: 'text', text: 'edited' }
const words = (...given: Parameters<typeof rerunChoices>) => rerunChoices(...given).map((choice) => choice.words)

describe('the configs that a job can run again with', () => {
  test('the file as it is now comes first for a job that used it, then what the job ran with', () => {
    expect(words(ofFile, connection, null)).toEqual(['with the current config.yml', 'with this job’s config.yml'])
  })

  test('an edit in this window comes first, as the bar says it', () => {
    expect(rerunChoices(ofFile, connection, edit)[0]).toEqual({
      use: 'edit',
      words: 'with your edit of config.yml',
      connectionId: 'c1',
      configText: 'edited',
      editedRevision: 'r1',
    })
  })

  test('an edit of another config, or of an earlier connection, is none for this job', () => {
    const other = { ...connection, source: { ...connection.source, path: '/other/config.yml' } }
    expect(words(ofFile, other, edit)).not.toContain('with your edit of config.yml')
    expect(words(ofFile, { ...connection, id: 'c2' }, edit)).not.toContain('with your edit of config.yml')
    expect(words(ofFile, { ...connection, revision: 'r2' }, edit)).not.toContain('with your edit of config.yml')
  })

  test('a job with a config of its own runs with that, unless another is chosen', () => {
    expect(words({ ...ofFile, configEdited: true }, connection, null)).toEqual([
      'with this job’s edited config.yml',
      'with the current config.yml',
    ])
    expect(words({ config: 'pasted config', configPath: null, configEdited: false }, connection, null)).toEqual([
      'with this job’s pasted config',
    ])
  })
})
