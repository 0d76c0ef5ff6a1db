import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import { listen } from '../server/event-source.ts'
import { openStudio, type TestStudio } from '../server/open-studio.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import { seriousProblems } from './support/axe.ts'
import { openBrowser, type TestBrowser } from './support/browser.ts'
import { type Front, openFront } from './support/front.ts'

/** Without the server nobody knows whether a preview is still running, so no screen may say that it is. */
describe.skipIf(chromiumPath() === null)('a server that is gone', () => {
  let studio: TestStudio
  let front: Front
  let browser: TestBrowser
  let page: Page
  let jobId: string

  const silent = async (): Promise<Renderer> => ({
    ...sampleRenderer(),
    command: process.execPath,
    args: () => ['-e', 'process.stdout.write("| Starting Run |\\n"); setInterval(() => {}, 1000)'],
  })

  beforeAll(async () => {
    studio = await openStudio({ webDir: inject('webDir'), makeRenderer: silent })
    const connection = await studio.connect()
    const targets = [{ server: connection.servers[0]?.id ?? '', ratingKey: '101' }]
    jobId = (await studio.get('startJob', { body: { connectionId: connection.id, targets } })).id
    using stream = listen(studio.studio.url + apiUrl('jobEvents', { jobId }))
    await stream.until(({ event }) => event.type === 'phase' && event.phase === 'kometa')
    front = await openFront(studio.studio.port)
    // The browser reports an error for a server that is gone; that is not a fault of the page.
    browser = await openBrowser(front.url, { expected: [/ERR_|Failed to fetch|Failed to load|Unable to preload/] })
    page = browser.page
  })
  afterAll(async () => {
    expect(browser.complaints).toEqual([])
    await browser?.[Symbol.asyncDispose]()
    await front?.[Symbol.asyncDispose]()
    await studio?.[Symbol.asyncDispose]()
  })
  const gone = () => page.getByText('The studio does not answer.').waitFor()
  const back = () => page.getByText('The studio does not answer.').waitFor({ state: 'detached', timeout: 20_000 })

  test('Run says that it gets no news, shows no spinner, and continues when the server is back', async () => {
    await page.goto(`${front.url}/jobs/${jobId}/run`)
    await page.locator('.phase[data-running] .ring').waitFor()
    expect(await page.title()).toMatch(/^● /)
    await front.cut()
    await gone()
    await page.locator('.run-facts .badge').filter({ hasText: 'No news' }).waitFor()
    expect(await page.locator('main .run .ring, .rail .ring').count()).toBe(0)
    expect(await page.title()).not.toMatch(/^●/)
    expect(await seriousProblems(page)).toEqual([])
    await front.restore()
    await back()
    await page.locator('.phase[data-running] .ring').waitFor()
  })

  test('Jobs shows no job as running', async () => {
    await page.goto(`${front.url}/jobs`)
    await page.locator('.job-running').waitFor()
    // The server is gone before the window has heard anything; the window says so nevertheless.
    await front.cut()
    await gone()
    await page.locator('.job-row .badge').filter({ hasText: 'No news' }).waitFor()
    expect(await page.locator('.job-running').count()).toBe(0)
    await front.restore()
    await back()
    await page.locator('.job-running').waitFor()
  })

  test('a screen that cannot be loaded says why, and loads by itself when the server is back', async () => {
    await page.goto(`${front.url}/choose`)
    await page.getByRole('grid').waitFor()
    await front.cut()
    await gone()
    await page.getByRole('navigation', { name: 'Steps' }).getByText('Safety').click()
    await page.getByText('This screen could not be loaded: the studio does not answer.').waitFor()
    expect(await page.getByText(/running preview/).count()).toBe(0)
    await front.restore()
    await page.getByRole('heading', { name: 'Safety' }).waitFor({ timeout: 20_000 })
  })
})
