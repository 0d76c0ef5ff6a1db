import { cp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { listen } from '../server/event-source.ts'
import { openStudio, type TestStudio } from '../server/open-studio.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import { film, show } from '../support/sample-plex.ts'
import { openBrowser } from './support/browser.ts'

/** What a page would do if it ran the attack: leave a mark, and send a request to another host. */
const attacks = [
  '<img src=x onerror="window.hacked=1">',
  '<script>window.hacked=1</script>',
  '"><svg onload=window.hacked=1>',
  'javascript:window.hacked=1//',
  '{{constructor.constructor("window.hacked=1")()}}',
  '\u202e<a href=http://evil.example>x</a>',
]
const attack = attacks.join(' ')

describe.skipIf(chromiumPath() === null)('a studio among enemies', () => {
  let studio: TestStudio
  let jobId: string

  beforeAll(async () => {
    studio = await openStudio({
      webDir: inject('webDir'),
      libraries: [
        {
          key: 1,
          title: 'Movies',
          type: 'movie',
          items: attacks.map((title, at) =>
            film(String(101 + at), title, { editionTitle: attacks[(at + 1) % 6] ?? '', studio: title }),
          ),
        },
        { key: 2, title: 'Shows', type: 'show', items: [show('2000', attack, [1])] },
      ],
    })
    const connection = await studio.connect()
    const server = connection.servers[0]?.id ?? ''
    const targets = ['101', '102', '103', '2010', '2011'].map((ratingKey) => ({ server, ratingKey }))
    const job = await studio.get('startJob', { body: { connectionId: connection.id, targets } })
    {
      using stream = listen(studio.studio.url + apiUrl('jobEvents', { jobId: job.id }))
      await stream.until(({ event }) => event.type === 'closed')
    }
    // The same job, as an attacker would hand it over: every word in its summary and its journal is an attack.
    jobId = 'handed-over'
    const dir = join(studio.dataDir, 'jobs', jobId)
    await cp(join(studio.dataDir, 'jobs', job.id), dir, { recursive: true })
    const record = JSON.parse(await readFile(join(dir, 'studio', 'job.json'), 'utf8'))
    const spoiled = { ...record, id: jobId, title: attack, config: { ...record.config, name: attack } }
    await writeFile(join(dir, 'studio', 'job.json'), JSON.stringify(spoiled))
    const summary = JSON.parse(await readFile(join(dir, 'output', 'summary.json'), 'utf8'))
    for (const target of summary.targets) {
      Object.assign(target, {
        title: attack,
        reason: attack,
        log_lines: [attack],
        overlays_applied: [attack],
        library: attack,
      })
    }
    Object.assign(summary, { status: 'failed', problems: [attack], warnings: [attack], config_changes: [attack] })
    for (const write of summary.blocked_write_attempts) write.query = attack
    await writeFile(join(dir, 'output', 'summary.json'), JSON.stringify(summary))
    const lines = [{ n: 1, source: 'kometa', level: 'error', text: attack, at: new Date().toISOString() }]
    await writeFile(join(dir, 'studio', 'lines-000001.jsonl'), `${JSON.stringify({ id: 1, lines })}\n`)
    await studio.get('listJobs')
  }, 120_000)
  afterAll(async () => {
    expect(studio.failures).toEqual([])
    await studio[Symbol.asyncDispose]()
  })

  const marks = (page: Page) =>
    page.evaluate<unknown[]>(
      '[window.hacked ?? null, document.querySelectorAll("img[src=x], script:not([src]), a[href^=http], a[href^=javascript]").length]',
    )

  test('titles, log lines and summaries appear as text on every screen, never as markup', async () => {
    await using browser = await openBrowser(studio.studio.url)
    const { page } = browser
    const screens: [string, string][] = [
      ['/connect', '.cm-content'],
      ['/choose', '.card-title'],
      [`/jobs/${jobId}/run?log=all`, '.log-line'],
      [`/jobs/${jobId}/compare`, '.pair'],
      [`/jobs/${jobId}/safety`, 'h1'],
      ['/jobs', 'h1'],
    ]
    for (const [path, ready] of screens) {
      await page.goto(studio.studio.url + path)
      await page.locator(ready).first().waitFor()
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
      expect([path, await marks(page)]).toEqual([path, [null, 0]])
      // The text is there, as text.
      if (path !== '/connect' && !path.endsWith('safety')) expect(await page.content()).toContain('&lt;')
    }
    await page.goto(`${studio.studio.url}/jobs/${jobId}/compare`)
    await page.locator('.pair').first().click()
    await page.waitForURL(/target=/)
    await page.locator('img-comparison-slider').waitFor()
    expect(await marks(page)).toEqual([null, 0])
    expect(browser.complaints).toEqual([])
    // The policy also holds if markup slips through: an inline script does not run.
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(attacks[0])})`)
    await expect.poll(() => browser.complaints.some((words) => words.includes('Content Security Policy'))).toBe(true)
    expect((await marks(page))[0]).toBeNull()
  })

  test('a page of another origin can neither read, write, frame nor listen', async () => {
    const evil = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>evil</title><body></body>')
    })
    await new Promise<void>((done) => evil.listen(0, '127.0.0.1', done))
    const evilPort = (evil.address() as AddressInfo).port
    await using browser = await openBrowser('http://none', {
      args: ['--host-resolver-rules=MAP *.example 127.0.0.1'],
    })
    const { page } = browser
    const before = await studio.get('listJobs')
    const connectionBefore = (await studio.get('getConnection')).connection?.id
    for (const origin of [`http://127.0.0.1:${evilPort}`, `http://evil.example:${evilPort}`]) {
      await page.goto(origin)
      const target = studio.studio.url
      const outcome = await page.evaluate<Record<string, string>>(`(async () => {
        const target = ${JSON.stringify(target)}
        const tried = async (work) => { try { return String(await work()) } catch { return 'refused' } }
        const json = { 'content-type': 'application/json' }
        const element = (name, set, root = document.body) => new Promise((done) => {
          const one = document.createElement(name)
          one.onload = () => done('loaded')
          one.onerror = () => done('refused')
          Object.assign(one, set)
          root.append(one)
          setTimeout(() => done('silent'), 3000)
        })
        const form = (body) => {
          const frame = document.createElement('iframe')
          frame.name = 'into'
          document.body.append(frame)
          const one = document.createElement('form')
          Object.assign(one, { method: 'post', action: target + '/api/jobs/prune', target: 'into', enctype: 'text/plain' })
          const field = document.createElement('input')
          Object.assign(field, { name: '{"a":"', value: '"}' })
          one.append(field)
          document.body.append(one)
          one.submit()
          return new Promise((done) => setTimeout(() => done('sent'), 500))
        }
        return {
          read: await tried(async () => (await fetch(target + '/api/state')).text()),
          readBlind: await tried(async () => (await fetch(target + '/api/state', { mode: 'no-cors' })).type),
          write: await tried(async () => (await fetch(target + '/api/connection', { method: 'DELETE' })).status),
          writeJson: await tried(async () => (await fetch(target + '/api/jobs/prune', { method: 'POST', headers: json, body: '{}' })).status),
          writeBlind: await tried(async () => (await fetch(target + '/api/jobs/prune', { method: 'POST', mode: 'no-cors', body: '{}' })).type),
          image: await element('img', { src: target + '/api/jobs/${jobId}/images/' + '0'.repeat(64) }),
          script: await element('script', { src: target + '/api/state' }),
          page: await element('script', { src: target + '/theme.js' }),
          form: await form(),
          stream: await new Promise((done) => {
            const source = new EventSource(target + '/api/events')
            source.onmessage = () => done('heard')
            source.onerror = () => done('refused')
          }),
        }
      })()`)
      expect(outcome).toMatchObject({ read: 'refused', write: 'refused', writeJson: 'refused', stream: 'refused' })
      expect([outcome.image, outcome.script, outcome.page]).toEqual(['refused', 'refused', 'refused'])
      // The frame shows an error page of the browser, not our page.
      await page.evaluate(`new Promise((done) => {
        const frame = document.createElement('iframe')
        Object.assign(frame, { src: ${JSON.stringify(target)}, onload: done, onerror: done })
        document.body.append(frame)
      })`)
      const frames = page.frames().map((frame) => frame.url())
      expect(frames.filter((url) => url.startsWith(target) && !url.includes('prune'))).toEqual([])
    }
    // DNS rebinding: the host name of another page resolves to this address, so the browser takes us for that page.
    const answer = await page.goto(`http://rebound.example:${studio.studio.port}/api/state`)
    expect(answer?.status()).toBe(403)
    expect(await answer?.text()).not.toContain('connectionId')
    await page.goto(`http://rebound.example:${studio.studio.port}/`)
    expect(await page.evaluate('fetch("/api/jobs").then(({ status }) => status)')).toBe(403)
    expect(await page.evaluate('fetch("/api/connection", { method: "DELETE" }).then(({ status }) => status)')).toBe(403)

    expect((await studio.get('listJobs')).jobs.map(({ id }) => id)).toEqual(before.jobs.map(({ id }) => id))
    expect((await studio.get('getConnection')).connection?.id).toBe(connectionBefore)
    evil.closeAllConnections()
    await new Promise((done) => evil.close(done))
  })
})
