import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { demoLibraries } from '../../src/demo/library/library-data.ts'

import { openStudio, type TestStudio } from '../server/open-studio.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import { film, media } from '../support/sample-plex.ts'
import type { SamplePlex } from '../support/watched-plex.ts'
import { seriousProblems } from './support/axe.ts'
import { openBrowser, type TestBrowser } from './support/browser.ts'

const noBrowser = chromiumPath() === null

const long =
  'Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb, in the Never Before Seen Extended Roadshow Assembly'
const hdr = media('4k', { colorTrc: 'smpte2084', bitDepth: 10 })

/** Titles and pictures that could break a screen, in addition to the sample library. */
function libraries() {
  const [films, shows] = demoLibraries()
  if (!films || !shows) throw new Error('no sample libraries')
  const odd = [
    film('301', long, { media: [hdr] }),
    film('302', 'الرسالة: قصة طويلة جداً لا تنتهي أبداً'),
    film('303', '千と千尋の神隠し'),
    film('304', 'No Poster At All', { posters: [] }),
    film('306', 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'),
    film('305', '<img src=x onerror=alert(1)> & "quotes"'),
  ]
  return [{ ...films, items: [...films.items, ...odd] }, shows]
}

const config = (plex: SamplePlex) => `plex:
  url: ${plex.url}
  token: ${plex.token}
tmdb:
  apikey: 00000000000000000000000000000000
libraries:
  Movies:
    overlay_files:
      - default: resolution
  TV Shows:
    overlay_files:
      - default: resolution
        template_variables: {builder_level: episode}
`

describe.skipIf(noBrowser)('faults and odd data', () => {
  let studio: TestStudio
  let browser: TestBrowser
  let page: Page
  let origin: string

  beforeAll(async () => {
    studio = await openStudio({ libraries: libraries(), config, webDir: inject('webDir') })
    origin = `http://127.0.0.1:${studio.studio.port}`
    browser = await openBrowser(origin)
    page = browser.page
  })
  afterAll(async () => {
    expect(studio.plex.writes).toEqual([])
    await browser?.[Symbol.asyncDispose]()
    await studio?.[Symbol.asyncDispose]()
  })

  const start = async (...ratingKeys: string[]) => {
    const { connectionId, index } = await studio.get('getState')
    const server = index.libraries[0]?.server ?? ''
    const targets = ratingKeys.map((ratingKey) => ({ server, ratingKey }))
    return await studio.get('startJob', { body: { connectionId: connectionId ?? '', targets } })
  }

  test('before anything is connected, every screen says what to do first', async () => {
    for (const [path, words] of [
      ['/choose', 'Connect your Kometa config first'],
      ['/run', 'No preview yet'],
      ['/compare', 'No preview yet'],
      ['/safety', 'No preview yet'],
      ['/jobs', 'No jobs yet'],
      ['/nowhere', 'There is nothing at this address'],
      ['/jobs/2020-01-01_00-00-00_aaaaaa/compare', 'This job is gone'],
    ] as const) {
      await page.goto(origin + path)
      await page.getByRole('heading', { name: words }).waitFor()
      expect(await seriousProblems(page), path).toEqual([])
    }
    // The browser's own console message for the last answer.
    browser.complaints.splice(0)
  })

  test('the check-up on Connect shows the state of each thing and what to do', async () => {
    await studio.connect()
    await page.goto(`${origin}/connect`)
    await page.getByRole('button', { name: 'Check everything' }).click()
    const doctor = page.getByRole('region', { name: 'Check-up' })
    await doctor.getByRole('button', { name: 'Check again' }).waitFor()
    await doctor.locator('summary').click()
    await doctor.locator('.doctor-ok').filter({ hasText: 'Config' }).first().waitFor()
    expect(await doctor.textContent()).not.toContain(studio.plex.token)
    expect(await seriousProblems(page)).toEqual([])
  })

  test('a job that fails while it is watched opens its log at the line that says why', async () => {
    const job = await start('304', '301', '302', '305', '306')
    await page.goto(`${origin}/jobs/${job.id}/run`)
    await page.waitForURL(/log=error/)
    // An error of two lines has two rows, and both are marked.
    const marked = page.locator('.log-line[data-marked]')
    await expect.poll(() => marked.count()).toBe(2)
    expect(await marked.first().textContent()).toContain('No poster found')
    expect(await marked.last().textContent()).toContain('Overlays Attempted on No Poster At All')
    expect(await seriousProblems(page)).toEqual([])
    // A log that the user closed stays closed.
    await page.getByRole('button', { name: /^Log/ }).click()
    await page.waitForURL((url) => !url.search.includes('log='))
    expect(await page.locator('.log-line').count()).toBe(0)
  })

  test('a missing picture links to its lines in the log', async () => {
    const [job] = (await studio.get('listJobs')).jobs
    const { targets } = await studio.get('getJob', { params: { jobId: job?.id ?? '' } })
    const missing = targets.find(({ ratingKey }) => ratingKey === '304')
    expect(missing).toMatchObject({ outcome: 'error', after: null })
    await page.goto(`${origin}/jobs/${job?.id}/compare?target=${missing?.id}`)
    await page.getByText('Plex has no picture of it').waitFor()
    await page.getByRole('link', { name: 'Show it in the log' }).click()
    const marked = page.locator('.log-line[data-marked]')
    await marked.first().waitFor()
    expect(await marked.first().textContent()).toContain('No poster found')
  })

  test('compare: says why an overlay that matched is not on the picture', async () => {
    const [job] = (await studio.get('listJobs')).jobs
    const { targets } = await studio.get('getJob', { params: { jobId: job?.id ?? '' } })
    const film = targets.find(({ ratingKey }) => ratingKey === '301')
    await page.goto(`${origin}/jobs/${job?.id}/compare?target=${film?.id}`)
    const facts = page.getByRole('complementary', { name: 'About this picture' })
    await facts.getByText('4K-HDR', { exact: true }).first().waitFor()
    await facts.getByText('Why not 4K?').waitFor()
    await facts.getByText('lost to 4K-HDR in the group "resolution" (140 against 130)').waitFor()
  })

  test('long, right-to-left and foreign titles, and markup: no screen breaks or outgrows the window', async () => {
    const [job] = (await studio.get('listJobs')).jobs
    const { targets } = await studio.get('getJob', { params: { jobId: job?.id ?? '' } })
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      for (const path of [
        '/choose?sort=-added',
        '/jobs',
        `/jobs/${job?.id}/run`,
        `/jobs/${job?.id}/compare`,
        ...targets.map(({ id }) => `/jobs/${job?.id}/compare?target=${id}&mode=side`),
      ]) {
        await page.goto(origin + path)
        await page.locator('main h1').first().waitFor({ state: 'attached' })
        await expect.poll(() => page.locator('main .skeleton, main [aria-busy=true]').count()).toBe(0)
        // Only what scrolls on purpose may extend beyond the window.
        const beyond = await page.evaluate<string[]>(`[...document.querySelectorAll('main *, header *')]
          .filter((element) => !element.closest('.filmstrip, .tray-list, .log-lines, .compare-filters, pre, .stage-view'))
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => element.className)`)
        expect(beyond, `${path} at ${width} px`).toEqual([])
        // A word that cannot be broken makes no picture larger than its neighbours.
        const heights = await page.locator('.run-cell').evaluateAll((cells) => cells.map((cell) => cell.clientHeight))
        expect(Math.max(0, ...heights), `${path} at ${width} px`).toBeLessThan(300)
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 })
    expect(await page.locator('main img[src="x"]').count()).toBe(0)
  })

  test('with forty chosen posters the tools of the tray stay visible', async () => {
    const { items } = await studio.get('listItems', { query: { limit: 40 } })
    const chosen = JSON.stringify(items.map(({ server, ratingKey }) => ({ server, ratingKey })))
    await page.goto(`${origin}/choose`)
    await page.evaluate(`localStorage.setItem('kometa-preview.selection', ${JSON.stringify(chosen)})`)
    await page.reload()
    await expect.poll(() => page.locator('.tray-list > li').count()).toBe(items.length)
    const clear = await page.getByRole('button', { name: 'Clear', exact: true }).boundingBox()
    expect((clear?.x ?? 0) + (clear?.width ?? 0)).toBeLessThanOrEqual(1280)
  })

  test('when the server goes away the screen stays, and says so', async () => {
    await page.goto(`${origin}/jobs`)
    await page.locator('.job-row').first().waitFor()
    await studio.studio[Symbol.asyncDispose]()
    await page.getByText('The studio does not answer.').waitFor({ timeout: 30_000 })
    expect(await page.locator('.job-row').count()).toBeGreaterThan(0)
    expect(await seriousProblems(page)).toEqual([])
    browser.complaints.splice(0)
  })
})

describe.skipIf(noBrowser)('a studio with a password', () => {
  test('shows nothing of the studio before the right password, and says when it is wrong', async () => {
    await using studio = await openStudio({
      libraries: demoLibraries(),
      config,
      webDir: inject('webDir'),
      password: 'open sesame',
    })
    const origin = `http://127.0.0.1:${studio.studio.port}`
    await using browser = await openBrowser(origin, { expected: [/401/] })
    const { page } = browser
    await page.goto(`${origin}/jobs`)
    await page.getByLabel('Password').waitFor()
    expect(await page.getByRole('navigation').count()).toBe(0)
    expect(await seriousProblems(page)).toEqual([])
    await page.keyboard.type('guess')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Password').fill('open sesame')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'No jobs yet' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Password').waitFor()
    expect(browser.complaints).toEqual([])
  })
})
