import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import { type JobWorld, run, scriptRenderer, startJobWorld } from './job-world.ts'

let world: JobWorld
beforeEach(async () => {
  world = await startJobWorld()
})
afterEach(async () => {
  world.assertUntouched()
  await world[Symbol.asyncDispose]()
})

/** Requests a path from the proxy of the run config, with or without the token of the job. */
const asking = (path: string, withToken: boolean): Renderer => {
  const script = `
    const text = require('node:fs').readFileSync(process.argv[1], 'utf8')
    const [, url] = /url: "?([^"\\n]+)/.exec(text)
    const [, token] = /token: "?([^"\\n]+)/.exec(text)
    fetch(url + '${path}', { headers: ${withToken ? "{ 'X-Plex-Token': token }" : '{}'} }).then((answer) => answer.text())`
  return { ...scriptRenderer(script), args: (configPath) => ['-e', script, configPath] }
}

test('a refused read of a show: only items below this show may be incomplete', async () => {
  const renderer = asking('/library/metadata/2000/refresh', true)
  const { summary } = await run(world, { renderer, specs: ['2010', '2100', '101'] })
  expect(summary.refused_reads).toMatchObject([{ status: 403, rating_key: '2000' }])
  expect(summary.problems).toContain('1 read of Kometa did not go through: badges may be missing.')
  const marked = summary.targets.filter(({ may_be_incomplete }) => may_be_incomplete?.includes('/2000/refresh'))
  expect(marked.map(({ rating_key }) => rating_key)).toEqual(['2010'])
})

test('a refused read of one film: no other film may be incomplete', async () => {
  const known = await run(world, { renderer: asking('/library/metadata/101/refresh', true), specs: ['101', '102'] })
  const marked = ({ summary }: typeof known) =>
    summary.targets.filter(({ may_be_incomplete: why }) => why !== null).map(({ rating_key: key }) => key)
  expect(marked(known)).toEqual(['101'])
})

test('a refused read of an unknown item: every target may be incomplete', async () => {
  const { summary } = await run(world, {
    renderer: asking('/library/metadata/9999/refresh', true),
    specs: ['101', '2100'],
  })
  expect(summary.targets.every(({ may_be_incomplete: why }) => why?.includes('/9999/refresh'))).toBe(true)
})

test('a request without the job’s token is recorded, but is no reason to call a badge missing', async () => {
  const { summary } = await run(world, { renderer: asking('/library/sections', false), specs: ['101'] })
  expect(summary.refused_reads).toMatchObject([{ status: 401 }])
  expect(summary.problems.join('\n')).not.toContain('did not go through')
  expect(summary.targets[0]?.may_be_incomplete).toBeNull()
})
