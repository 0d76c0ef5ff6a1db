import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { pastSummarySchema } from '../../src/contract/past-summary.ts'
import { createSummaryReader } from '../../src/server/jobs/files/read-summary.ts'
import { newRecord } from '../../src/server/jobs/store/studio-job-record.ts'
import { summaryTargets } from '../../src/server/jobs/view/job-view.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'

/*
 * One summary of each version of the schema so far, each made by that version's own schema. A new version adds its summary
 * here; none is ever changed.
 */
const folder = join(import.meta.dirname, '../fixtures/old-summaries')
const names = readdirSync(folder).sort()

interface Stored {
  targets: Record<string, unknown>[]
}

function jobWith(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'old-summary-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  mkdirSync(join(dir, 'output'))
  writeFileSync(join(dir, 'output/summary.json'), text)
  return dir
}

/** What Compare gets of the targets of a job folder. */
async function shownIn(dir: string) {
  const file = await createSummaryReader()(openBeneath(dir))
  if (!file) throw new Error('there is no summary')
  const config = { kind: 'unknown' as const, name: '', path: null, edited: false }
  const record = newRecord({
    id: 'a',
    title: 'a',
    config,
    targets: [],
    origin: 'command',
    renderer: 'sample',
    fresh: false,
  })
  return { summary: file.summary, targets: summaryTargets(record, file.summary) }
}

test('each version has a summary', () => expect(names).toHaveLength(14))

test.each(names)('%s: every target is there, with its pictures, and what is not known is shown so', async (name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  const stored = JSON.parse(text) as Stored
  expect(pastSummarySchema.safeParse(stored).error).toBeUndefined()
  const { summary, targets } = await shownIn(jobWith(text))
  expect(targets.map(({ id }) => id)).toEqual(stored.targets.map(({ id }) => id))
  for (const [at, target] of targets.entries()) {
    expect(target.before?.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(target.after?.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(target.outcome).toBe('changed')
    expect(target.realRun).toEqual(stored.targets[at]?.real_run ?? null)
  }
  const parts = ['gate', 'isolation', 'verification'] as const
  for (const part of parts) expect(summary[part] === null, part).toBe(!(part in stored))
})

test('a target with values that this version does not know stays, with these unknown', async () => {
  const stored = JSON.parse(readFileSync(join(folder, names.at(-1) ?? ''), 'utf8')) as Stored
  for (const target of stored.targets) {
    Object.assign(target, {
      base_used: 'a hologram',
      kind: 'hologram',
      real_run: 7,
      missing_because: 'later',
      newer: 1,
    })
  }
  const { targets } = await shownIn(jobWith(JSON.stringify(stored)))
  expect(targets).toHaveLength(stored.targets.length)
  for (const target of targets) expect(target).toMatchObject({ kind: null, realRun: null })
})
