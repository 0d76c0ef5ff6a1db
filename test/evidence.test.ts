import { describe, expect, test } from 'vitest'
import { evidenceFiles, inputsHash, readEvidence } from './kometa/evidence.ts'
import { scenarios } from './kometa/scenarios.ts'

/** The real Kometa is not here: what it did is on record, and the record must be of these very scenarios. */
describe('evidence of the runs against the real Kometa', () => {
  test('there is some', () => {
    expect(evidenceFiles()).not.toEqual([])
  })

  test('names of scenarios are unique and file-safe', () => {
    const names = scenarios.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/)
  })

  describe.each(evidenceFiles())('%s', (file) => {
    const evidence = readEvidence(file)

    test('says which Kometa it was', () => {
      expect(file).toBe(`kometa-${evidence?.kometa.version}.json`)
      expect(evidence?.kometa.commit).toMatch(/^[0-9a-f]{40}$/)
    })

    test('is of the scenarios that there are', () => {
      expect(Object.keys(evidence?.scenarios ?? {}).sort()).toEqual(scenarios.map(({ name }) => name).sort())
    })

    test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (name, scenario) => {
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
