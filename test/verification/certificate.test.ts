import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Summary } from '../../src/contract/summary.ts'
import { chooseIsolation } from '../../src/kometa/isolation/isolation.ts'
import { canaries, defaultConfig, type JobWorld, run, scriptRenderer, startJobWorld } from '../e2e/job-world.ts'
import { makeImage } from '../support/images.ts'
import { ownRequest } from '../support/watched-plex.ts'
import { type Front, startFront } from './front.ts'

await using isolation = await chooseIsolation('auto', { env: process.env, python: null })
let world: JobWorld
let front: Front
beforeEach(async () => {
  world = await startJobWorld()
  front = await startFront(world.plex.url)
  writeFileSync(world.configPath, defaultConfig(front.url))
})
afterEach(async () => {
  await front[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

/** Runs until the first reads of the certificate are done; these posters are the last of them. */
const untilRead = () => `await fetch('${front.url}/go')`
const script = (text: string) => scriptRenderer(`(async () => { ${text} })()`)

/** What somebody else does to Plex while Kometa runs: a request with the real token, straight to the server. */
const meanwhile = (method: string, target: string, body = '') => ({
  isolate: 'off' as const,
  renderer: script(`
    ${untilRead()}
    const headers = ${JSON.stringify(ownRequest)}
    const url = ${JSON.stringify(`${world.plex.url}${target}${target.includes('?') ? '&' : '?'}X-Plex-Token=${canaries.plex}`)}
    const answer = await fetch(url, { headers, method: '${method}', ${body === '' ? '' : `body: Buffer.from('${body}', 'base64')`} })
    if (!answer.ok) throw new Error('status ' + answer.status)`),
})

const openWays = ({ isolation: { ways = [] } }: Summary) => ways.filter(({ closed }) => !closed).map(({ way }) => way)

describe('nothing was changed', () => {
  test('by the sample renderer: every field was read both times', async () => {
    const { summary } = await run(world, { specs: ['Nosferatu', 'Dragnet S01E02'] })
    world.assertUntouched()
    expect(summary.blocked_write_attempts.length).toBeGreaterThan(0)
    expect(summary.verification).toMatchObject({
      writes_forwarded: 0,
      blocked: summary.blocked_write_attempts.length,
      unchanged: true,
      differences: [],
      // The film, the episode, its season and its show.
      items: 4,
    })
    expect(summary.verification.why).toMatch(/read before and after the run and is the same/)
    expect(summary.durations_ms).toMatchObject({ verify_before: expect.any(Number), verify_after: expect.any(Number) })
  })

  test('what was read is kept, with its hash in the summary', async () => {
    const { summary } = await run(world, { specs: ['Nosferatu'] })
    const { fingerprint } = summary.verification
    const text = readFileSync(join(world.jobDir, fingerprint?.path ?? ''))
    expect(createHash('sha256').update(text).digest('hex')).toBe(fingerprint?.sha256)
    const { before, after } = JSON.parse(text.toString('utf8'))
    expect(before.items).toEqual(after.items)
    const [item] = before.items
    // The picture that is shown is the before picture, byte for byte.
    expect(item.poster_sha256).toBe(summary.targets[0]?.before?.sha256)
    const fields = [
      'art',
      'collections',
      'exists',
      'labels',
      'poster_sha256',
      'posters',
      'rating_key',
      'selected_poster',
    ]
    expect(Object.keys(item).sort()).toEqual([...fields, 'server', 'thumb', 'title', 'updatedAt'])
    expect(item).toMatchObject({ rating_key: '101', exists: true, selected_poster: expect.any(String) })
  })

  test.each([
    ['a film', 'Nosferatu'],
    ['an episode, with its season and show', 'Dragnet S01E02'],
  ])('%s: at most 8 requests each time, by Plex’s own count, and none through the proxy', async (_name, spec) => {
    const { summary } = await run(world, { specs: [spec], renderer: scriptRenderer('') })
    const { requests } = summary.verification
    expect(requests).toBeGreaterThanOrEqual(5)
    expect(requests).toBeLessThanOrEqual(2 * 8)
    const posters = front.seen.filter((line) => /\/posters$/.test(line))
    expect(posters).toHaveLength(2 * summary.verification.items)
    const ledger = readFileSync(join(world.jobDir, 'output', 'ledger.jsonl'), 'utf8')
    expect(ledger).not.toMatch(/\/posters/)
    for (const line of front.seen) expect(line).toMatch(/^GET /)
  })
})

describe('somebody else changed something meanwhile', () => {
  beforeEach(() => world.plex.mayChange())
  const rest = () => ({ specs: ['Nosferatu'] })

  test('a label', async () => {
    const target = '/library/sections/1/all?type=1&id=101&label%5B0%5D.tag.tag=Seen&label.locked=1'
    const { summary } = await run(world, { ...rest(), ...meanwhile('PUT', target) })
    const { unchanged, differences, writes_forwarded, why } = summary.verification
    expect({ unchanged, writes_forwarded }).toEqual({ unchanged: false, writes_forwarded: 0 })
    // Without isolation nobody can know that it was not Kometa.
    expect(why).toMatch(/^Plex changed during the run, and it cannot be ruled out that Kometa did it/)
    const label = differences.find(({ field }) => field === 'labels')
    expect(label).toMatchObject({ rating_key: '101', title: 'Nosferatu', after: expect.stringContaining('Seen') })
    expect(label?.explanation).toMatch(
      /^made at \d{4}-\d\d-\d\dT.* by Plex's clock\. The ledger has no forwarded write .* cannot be ruled out that Kometa/,
    )
    expect(JSON.stringify(summary)).not.toMatch(/somebody else|someone else/)
    expect(openWays(summary)).toEqual(['network', 'sockets', 'memory', 'config', 'files'])
    expect(differences.map(({ field }) => field)).toContain('updatedAt')
  })

  test('the poster', async () => {
    const body = (await makeImage('jpg')).toString('base64')
    const { summary } = await run(world, { ...rest(), ...meanwhile('POST', '/library/metadata/101/posters', body) })
    const fields = summary.verification.differences.map(({ field }) => field)
    expect(fields).toEqual(
      expect.arrayContaining(['thumb', 'posters', 'selected_poster', 'poster_sha256', 'updatedAt']),
    )
  })

  test('the item is gone', async () => {
    const { summary } = await run(world, { ...rest(), ...meanwhile('DELETE', '/library/metadata/101') })
    expect(summary.verification).toMatchObject({
      unchanged: false,
      differences: [{ rating_key: '101', field: 'item', before: 'there', after: 'gone' }],
    })
  })
})

describe.skipIf(isolation.mode === 'none')('somebody else changed something, and Kometa had no other way out', () => {
  test('then it is said that it was somebody else', async () => {
    world.plex.mayChange()
    const done = join(world.dir, 'done')
    const target = `/library/sections/1/all?type=1&id=101&label%5B0%5D.tag.tag=Seen&label.locked=1&X-Plex-Token=${canaries.plex}`
    const elsewhere = fetch(`${front.url}/go`)
      .then(() => fetch(`${world.plex.url}${target}`, { headers: ownRequest, method: 'PUT' }))
      .then(({ ok }) => writeFileSync(done, `${ok}`))
    const renderer = script(`
      while (!require('node:fs').existsSync('${done}')) await new Promise((resolve) => setTimeout(resolve, 20))`)
    const { summary } = await run(world, { specs: ['Nosferatu'], renderer, isolate: 'on' })
    await elsewhere
    expect(readFileSync(done, 'utf8')).toBe('true')
    const { why, unchanged, differences } = summary.verification
    expect(unchanged).toBe(false)
    expect(why).toMatch(/no write, and Kometa had no other way out: somebody else made the change/)
    expect(differences.find(({ field }) => field === 'labels')?.explanation).toMatch(
      /^made by someone else, at .*: the ledger has no forwarded write to it, and Kometa had no other way out\./,
    )
    expect(openWays(summary)).toEqual([])
  })
})

describe('never true when something was not read', () => {
  test.each([
    ['the posters', /\/posters$/],
    ['the metadata', /\/library\/metadata\/101\?skipRefresh=1$/],
    ['the bytes', /\/thumb\/\d+$/],
  ])('%s, after the run', async (_name, pattern) => {
    let ended = false
    let asked = 0
    front.intercept = (_method, target) => {
      if (target === '/ended') {
        ended = true
        return 200
      }
      if (!pattern.test(target)) return null
      asked += 1
      return ended ? 500 : null
    }
    const renderer = script(`${untilRead()}; await fetch('${front.url}/ended')`)
    const { summary } = await run(world, { specs: ['Nosferatu'], renderer, isolate: 'off' })
    expect(asked).toBeGreaterThan(0)
    expect(summary.verification).toMatchObject({ unchanged: 'unknown', differences: [], writes_forwarded: 0 })
    expect(summary.verification.why).toMatch(/Not everything could be read both times: .*500/)
  })

  test('a cancelled job', async () => {
    const cancel = new AbortController()
    const { summary } = await run(world, {
      specs: ['Nosferatu'],
      renderer: scriptRenderer('setInterval(() => {}, 1000)'),
      signal: cancel.signal,
      onEvent: (event) => event.type === 'phase' && event.phase === 'kometa' && setImmediate(() => cancel.abort()),
    })
    expect(summary.status).toBe('cancelled')
    expect(summary.verification).toMatchObject({ unchanged: 'unknown', writes_forwarded: 0 })
  })
})
