import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { demoLibraries } from '../../src/demo/library/library-data.ts'
import { listen } from '../server/event-source.ts'
import { defaultConfig, openStudio, type TestStudio } from '../server/open-studio.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import { openBrowser, type TestBrowser } from './support/browser.ts'

const patience = { timeout: 15_000 }

/** A picture belongs to the title below it; a picture that cannot be loaded is replaced by text. */
describe.skipIf(chromiumPath() === null)('pictures and their titles', () => {
  let studio: TestStudio
  let browser: TestBrowser
  let page: Page
  let origin: string

  beforeAll(async () => {
    const config = (plex: Parameters<typeof defaultConfig>[0]) => defaultConfig(plex).replace('  Shows:', '  TV Shows:')
    studio = await openStudio({ libraries: demoLibraries(), config, webDir: inject('webDir') })
    origin = studio.studio.url
    await studio.connect()
    browser = await openBrowser(origin, { expected: [/ERR_FAILED/, /404/] })
    page = browser.page
  })
  afterAll(async () => {
    expect(browser.complaints).toEqual([])
    await browser?.[Symbol.asyncDispose]()
    await studio?.[Symbol.asyncDispose]()
  })

  /** The pictures on the page, each with its address; broken: the browser has nothing to show for it. */
  const shown = () =>
    page
      .locator('.card img')
      .evaluateAll((all) =>
        (all as unknown as { src: string; complete: boolean; naturalWidth: number }[]).map(
          ({ src, complete, naturalWidth }) => ({ src, broken: complete && naturalWidth === 0 }),
        ),
      )
  const firstTitle = () => page.locator('[data-cell="0"] .card-title').textContent()

  test('a card that gets another film shows no picture of the previous film, not even a broken one', async () => {
    await page.goto(`${origin}/choose`)
    await page.locator('.card .thumb-there').first().waitFor()
    const cards = await page.locator('.card').count()
    await expect.poll(() => page.locator('.card .thumb-there').count(), patience).toBe(cards)
    const before = await firstTitle()
    const held: Route[] = []
    let holding = true
    await page.route('**/api/thumbnails/**', async (route) => {
      if (holding) held.push(route)
      else await route.abort()
    })
    await page.getByLabel('Sort by').selectOption({ label: 'Recently added' })
    await expect.poll(firstTitle, patience).not.toBe(before)
    await expect.poll(() => held.length, patience).toBeGreaterThan(0)
    const waiting = held.map((route) => route.request().url())
    const now = await shown()
    expect(now.filter(({ src, broken }) => broken || waiting.includes(src))).toEqual([])

    // The pictures cannot be loaded: each card shows the title instead, without a broken-picture icon.
    holding = false
    for (const route of held) await route.abort()
    await page.locator('.card .thumb-missing').first().waitFor()
    await expect.poll(async () => (await shown()).filter(({ broken }) => broken), patience).toEqual([])
    await page.unroute('**/api/thumbnails/**')

    // A failure for one film is not reported for the next one.
    await page.getByLabel('Sort by').selectOption({ label: 'Title' })
    await expect.poll(firstTitle, patience).toBe(before)
    await expect.poll(() => page.locator('.card .thumb-missing').count(), patience).toBe(0)
  })

  test('Compare: a missing picture is reported in words, in every comparison mode', async () => {
    const { items } = await studio.get('listItems', { query: { q: 'metropolis' } })
    const [film] = items
    const { connectionId } = await studio.get('getState')
    if (!film || connectionId === null) throw new Error('no film')
    const targets = [{ server: film.server, ratingKey: film.ratingKey }]
    const job = await studio.get('startJob', { body: { connectionId, targets } })
    using stream = listen(`${origin}/api/jobs/${job.id}/events`)
    await stream.until(({ event }) => event.type === 'closed')
    await page.route('**/images/**', (route) => route.abort())
    for (const mode of ['slider', 'side', 'blink', 'onion', 'difference']) {
      await page.goto(`${origin}/jobs/${job.id}/compare?target=${job.targets[0]?.id}&mode=${mode}`)
      await page.getByText('this picture cannot be loaded').first().waitFor()
      const broken = await page
        .locator('.stage img:visible')
        .evaluateAll((all) =>
          (all as unknown as { complete: boolean; naturalWidth: number }[]).filter(
            ({ complete, naturalWidth }) => complete && naturalWidth === 0,
          ),
        )
      expect(broken, mode).toEqual([])
    }
    await page.unroute('**/images/**')
  })
})
