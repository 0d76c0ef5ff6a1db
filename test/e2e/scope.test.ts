import { expect, test } from 'vitest'
import type { PreviewTarget } from '../../src/contract/preview.ts'
import { type JobWorld, run, startJobWorld } from './job-world.ts'

const listings = ({ plex }: JobWorld) =>
  plex.journal.map(({ target }) => target).filter((target) => target.startsWith('/library/sections/1/all?'))

test('without a target that has a ratingKey the job fails, and nothing runs over the whole library', async () => {
  await using world = await startJobWorld()
  const targets: PreviewTarget[] = [
    { id: 'nobody', title: 'Nobody', ratingKey: undefined },
    { id: 'gone', title: 'Gone', ratingKey: '987654', library: 'Movies' },
  ]
  const outcome = await run(world, { targets }).catch((error: unknown) => error)
  if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'TARGET_UNKNOWN' })
  const { summary } = await run(world, { targets: targets.slice(0, 1) })
  expect(summary).toMatchObject({ status: 'failed', success: false, missing_targets: ['nobody'], kometa_runs: [] })
  expect(summary.problems).toContain('No picture of any target came.')
  expect(listings(world)).toEqual([])
  world.assertUntouched()
})

test.each(['scope: off in preview.yml', '--no-scope'])('%s: Kometa sees every item', async (how) => {
  await using world = await startJobWorld()
  const config = await world.load()
  const off =
    how === '--no-scope' ? {} : { config: { ...config, preview: { ...config.preview, scope: 'off' as const } } }
  const { summary } = await run(world, { specs: ['101'], scoped: how !== '--no-scope', ...off })
  expect(summary.status).toBe('success')
  expect(summary.scope).toEqual([])
  expect(listings(world).some((target) => target.includes('id='))).toBe(false)
  expect(summary.extras.map(({ reason }) => reason)).toContain('not a target')
  world.assertUntouched()
})

test('the summary says how the scope was kept and why, what else Kometa was shown, and what it cost', async () => {
  await using world = await startJobWorld({ plex: { scopeHonours: { id: false } } })
  const { summary } = await run(world, { specs: ['101', '102'] })
  expect(summary.status).toBe('success')
  expect(summary.scope).toMatchObject([
    {
      server: world.plex.machineIdentifier,
      strategy: 'title',
      places: [{ section: '1', type: 1, strategy: 'title', why: expect.stringContaining('self-check') }],
      contradictions: [],
      recheck: { agrees: true },
    },
  ])
  const [scope] = summary.scope
  expect(scope?.why).not.toBe('')
  expect(scope?.requests.self_check).toBeLessThanOrEqual(20)
  const decoys = scope?.decoys.map(({ rating_key }) => rating_key) ?? []
  expect(decoys.length).toBeGreaterThan(0)
  for (const extra of summary.extras) {
    expect(extra.reason).toMatch(/^decoy/)
    expect(decoys).toContain(extra.rating_key)
    expect(extra.definitions.length).toBeGreaterThan(0)
  }
  world.assertUntouched()
})
