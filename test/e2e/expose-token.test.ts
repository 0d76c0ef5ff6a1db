import { expect, test } from 'vitest'
import { canaries, filesWith, run, startJobWorld } from './job-world.ts'

test('preview.expose_token: Kometa works with the real token, which is still in no file of the job', async () => {
  await using world = await startJobWorld()
  const config = await world.load()
  const { summary, lines } = await run(world, {
    config: { ...config, preview: { ...config.preview, expose_token: true } },
    specs: ['Nosferatu'],
  })
  expect(summary).toMatchObject({ status: 'success', refused_reads: [] })
  expect(lines.join('\n')).toMatch(/plex.token: the real one, as preview.expose_token asks/)
  expect(filesWith(world.jobDir, [canaries.plex])).toEqual([])
  world.assertUntouched()
})
