import { describe, expect, test } from 'vitest'
import { defaultKometaVersion } from '../src/kometa/install/installed.ts'
import { evidenceFiles, inputsHash, readEvidence } from './kometa/evidence.ts'
import { scenarios } from './kometa/scenarios.ts'

/**
 * The real Kometa is not available here. Its results are on record, and the record must match exactly these scenarios.
 */
describe('evidence of the runs against the real Kometa', () => {
  test('evidence exists', () => {
    expect(evidenceFiles()).not.toEqual([])
  })

  test('names of scenarios are unique and file-safe', () => {
    const names = scenarios.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/)
  })

  describe.each(evidenceFiles())('%s', (file) => {
    const evidence = readEvidence(file)
    const isComplete = file === `kometa-${defaultKometaVersion}.json`

    test('says which Kometa it was', () => {
      expect(file).toBe(`kometa-${evidence?.kometa.version}.json`)
      // Only one version runs every scenario; for any other version only the files may be available, without a commit.
      expect(evidence?.kometa.commit ?? (isComplete ? 'none' : '0'.repeat(40))).toMatch(/^[0-9a-f]{40}$/)
    })

    test('covers the existing scenarios', () => {
      const known = scenarios.map(({ name }) => name).sort()
      const found = Object.keys(evidence?.scenarios ?? {}).sort()
      if (isComplete) expect(found).toEqual(known)
      else expect(known).toEqual(expect.arrayContaining(found))
      expect(found).not.toEqual([])
    })

    const proved = scenarios.filter(({ name }) => isComplete || evidence?.scenarios[name] !== undefined)
    test.each(proved.map((scenario) => [scenario.name, scenario] as const))('%s', async (name, scenario) => {
      const found = evidence?.scenarios[name]
      expect(found?.inputs, 'the scenario changed since: run npm run test:kometa').toBe(await inputsHash(scenario))
      expect(Object.keys(found?.direct ?? {}).sort()).toEqual([...scenario.targets].sort())
      const limit = scenario.comparedUploads
      const direct = Object.entries(found?.direct ?? {}).map(([key, uploads]) => [key, uploads.slice(0, limit)])
      expect(found?.scoped).toEqual(Object.fromEntries(direct))
      for (const strategy of scenario.strategies ?? []) {
        expect(found?.strategies?.[strategy], strategy).toEqual(Object.fromEntries(direct))
      }
      if (scenario.unscoped) expect(found?.unscoped).toEqual(Object.fromEntries(direct))
    })
  })
})
