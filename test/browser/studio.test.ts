import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { demoLibraries } from '../../src/demo/library/library-data.ts'
import { openStudio, type TestStudio } from '../server/open-studio.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import type { SamplePlex } from '../support/watched-plex.ts'
import { seriousProblems } from './support/axe.ts'
import { openBrowser, type TestBrowser } from './support/browser.ts'

const noBrowser = chromiumPath() === null
if (noBrowser) console.warn('SKIPPED: no Chromium on this machine, so nobody looked at the studio in a browser.')

const config = (plex: SamplePlex) => `plex:
  url: ${plex.url}
  token: ${plex.token}
tmdb:
  apikey: 00000000000000000000000000000000
libraries:
  Movies:
    operations:
      mass_critic_rating_update: tmdb
    overlay_files:
      - default: resolution
  TV Shows:
    overlay_files:
      - default: resolution
        template_variables: {builder_level: episode}
`

describe.skipIf(noBrowser)('the studio, from the first load to the last job', () => {
  let studio: TestStudio
  let browser: TestBrowser
  let page: Page
  let origin: string

  beforeAll(async () => {
    studio = await openStudio({ libraries: demoLibraries(), config, webDir: inject('webDir'), demo: true })
    origin = `http://127.0.0.1:${studio.studio.port}`
    browser = await openBrowser(origin)
    page = browser.page
  })
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await studio?.[Symbol.asyncDispose]()
  })
  afterEach(() => {
    expect(browser.complaints.splice(0)).toEqual([])
    expect(studio.failures.splice(0)).toEqual([])
    expect(studio.plex.writes).toEqual([])
  })

  const action = (name: RegExp | string) => page.getByRole('banner').locator('.action-slot').getByText(name)
  const chosen = () => page.getByRole('region', { name: 'Chosen posters' }).getByRole('listitem')
  const ended = (words: RegExp) => page.locator('.run-facts .badge').filter({ hasText: words }).waitFor()
  const startPreview = async () => {
    await action(/^Preview \d/).click()
    await page.waitForURL(/\/jobs\/[^/]+\/run/)
  }

  test('connect: a wrong path says what to do, and the chooser finds the config', async () => {
    await page.goto(origin)
    await page.waitForURL('**/connect')
    expect(await page.title()).toBe('Connect · Kometa Preview')
    expect(await seriousProblems(page)).toEqual([])
    await page.getByLabel('Path on this machine').fill('/nowhere/config.yml')
    browser.complaints.splice(0)
    await action('Connect').click()
    await page.getByRole('alert').waitFor()
    // The browser's own console message for a 400 answer; the page has explained it better.
    browser.complaints.splice(0)

    await page.getByLabel('Path on this machine').fill('')
    await page.getByRole('button', { name: 'Browse' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button').filter({ hasText: 'config' }).first().click()
    await dialog.getByRole('button', { name: /^config\.yml/ }).click()
    await page.getByRole('heading', { name: 'config.yml' }).waitFor()
    await page.getByText('Connected', { exact: true }).waitFor()
    await page.getByText('Ready', { exact: true }).waitFor()
    await page.locator('.cm-content').waitFor()
    expect(await seriousProblems(page)).toEqual([])
  })

  test('connect: secrets are masked, and what a preview leaves out is listed', async () => {
    const yaml = (await page.locator('.cm-content').textContent()) ?? ''
    expect(yaml).toContain('••••••••')
    expect(yaml).not.toContain(studio.plex.token)
    expect(await page.content()).not.toContain(studio.plex.token)
    await page.getByText('Left out of a preview').click()
    await page.getByText('libraries.Movies.operations').waitFor()
  })

  test('connect: a mistake in an edit is shown at its line, and the edit can be undone', async () => {
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('librarys:\n  x: [')
    await page
      .getByRole('button', { name: /^line \d+/ })
      .first()
      .waitFor()
    await page.getByText('edited for the next preview').waitFor()
    await page.getByRole('button', { name: 'Undo my edits' }).click()
    await expect.poll(() => page.getByRole('button', { name: /^line \d+/ }).count()).toBe(0)
  })

  test('choose: search as you type, filter, drill down from show to season to episode', async () => {
    await action('Choose posters').click()
    await page.waitForURL('**/choose')
    await page.getByRole('grid').waitFor()
    await page.locator('.thumb-there').first().waitFor()
    expect(await seriousProblems(page)).toEqual([])

    await page.keyboard.press('/')
    await page.keyboard.type('metrop')
    await expect.poll(() => page.getByRole('gridcell').count()).toBe(1)
    expect(page.url()).toContain('q=metrop')
    await page.getByRole('button', { name: /^Metropolis \(1927\)/ }).click()
    await expect.poll(() => chosen().count()).toBe(1)
    await page.getByLabel('Clear', { exact: true }).click()

    await page.keyboard.type('one step')
    await expect.poll(() => page.getByRole('gridcell').count()).toBe(1)
    await page.getByRole('link', { name: /seasons/ }).click()
    await page.getByRole('link', { name: /Season 1 · / }).click()
    await page.getByRole('button', { name: /S01 E02/ }).click()
    await expect.poll(() => chosen().count()).toBe(2)
    const still = await page.locator('.card-lift .thumb').first().boundingBox()
    expect((still?.width ?? 0) / (still?.height ?? 1)).toBeCloseTo(16 / 9, 1)
    await page.getByRole('link', { name: 'All posters' }).click()
    const poster = await page.locator('.card-lift .thumb').first().boundingBox()
    expect((poster?.height ?? 0) / (poster?.width ?? 1)).toBeCloseTo(3 / 2, 1)

    await page.getByRole('button', { name: 'Resolution' }).click()
    await page.getByRole('checkbox', { name: /4K/i }).check()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Clear filters' }).click()
    expect(page.url()).not.toContain('resolution')
  })

  test('choose: with the keyboard alone, ranges with Shift', async () => {
    await page.locator('[data-cell="0"] [data-main]').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Space')
    await expect.poll(() => chosen().count()).toBe(3)
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Shift+ArrowRight')
    await expect.poll(() => chosen().count()).toBe(5)
    await page.keyboard.press('End')
    await expect
      .poll(() => page.evaluate('document.activeElement?.closest("[data-cell]")?.dataset.cell'))
      .toBe(
        String(
          Number(
            await page
              .getByRole('grid')
              .getAttribute('aria-label')
              .then((words) => /\d+/.exec(words ?? '')?.[0]),
          ) - 1,
        ),
      )
    await chosen().last().getByRole('button').focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => chosen().count()).toBe(4)
  })

  test('choose: paste, a saved set, the smart sample', async () => {
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await page.getByRole('button', { name: 'Paste' }).click()
    await page.getByLabel('One on each line').fill('Nosferatu\nNo Such Film At All')
    await page.getByRole('button', { name: 'Choose them' }).click()
    await page.getByText('Chose 1 item.').waitFor()
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await page.getByRole('button', { name: 'Done' }).click()

    await page.getByRole('button', { name: 'Sets' }).click()
    await page.getByLabel('Save the 1 chosen item').fill('Vampires')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: /Vampires 1 item/ }).waitFor()
    expect(await seriousProblems(page)).toEqual([])
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await page.getByRole('button', { name: /^How many/ }).click()
    await page.getByRole('button', { name: 'Up to 4 items' }).click()
    await expect.poll(() => chosen().count()).toBe(4)
  })

  test('run: a reload in the middle loses nothing, and pictures arrive during the run', async () => {
    await startPreview()
    expect(await seriousProblems(page)).toEqual([])
    await page.locator('.phase[data-running]').waitFor()
    await page.reload()
    await page.locator('.phase').first().waitFor()
    expect(await page.locator('.run-cell').count()).toBe(4)
    const second = await browser.context.newPage()
    await second.goto(page.url())
    for (const window of [page, second]) {
      await window.locator('.run-frame[data-drawn] .thumb-there').first().waitFor()
    }
    await ended(/inished/)
    expect(await page.locator('.phase').count()).toBeGreaterThanOrEqual(7)
    await second
      .locator('.run-facts .badge')
      .filter({ hasText: /inished/ })
      .waitFor()
    await second.close()

    await page.getByRole('button', { name: /^Log/ }).click()
    await page.locator('.log-line').first().waitFor()
    await page.getByLabel('Search the log').fill('captured_upload')
    await expect.poll(() => page.locator('.log-line mark').count()).toBeGreaterThan(0)
    expect(await seriousProblems(page)).toEqual([])
  })

  test('compare: with the mouse', async () => {
    await action(/^Compare \d/).click()
    await page.getByRole('grid').waitFor()
    await page.locator('.pair .thumb-there').first().waitFor()
    expect(await seriousProblems(page)).toEqual([])
    await page.locator('.pair').first().click()
    await page.waitForURL(/target=/)
    const slider = page.locator('img-comparison-slider')
    await slider.waitFor()
    await expect
      .poll(() => page.evaluate('document.querySelector("img-comparison-slider img").naturalWidth'))
      .toBeGreaterThan(500)
    const box = await slider.boundingBox()
    if (!box) throw new Error('no slider')
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2, { steps: 4 })
    await page.mouse.up()
    expect(Number(await page.getByRole('slider').inputValue())).toBeGreaterThan(70)
    expect(await seriousProblems(page)).toEqual([])

    for (const mode of ['Side by side', 'Blink', 'Onion', 'Difference']) {
      await page.getByRole('radio', { name: mode }).click()
      await page.waitForURL(/mode=/)
    }
    await page.locator('.layer-heat:not(.layer-hidden)').waitFor()
    expect(await seriousProblems(page)).toEqual([])

    // At 100 % both pictures move together.
    await page.getByRole('radio', { name: 'Side by side' }).click()
    await page.getByRole('button', { name: '100 %' }).click()
    const [pane, facts] = [
      await page.locator('.pane').nth(1).boundingBox(),
      await page.locator('.facts-panel').boundingBox(),
    ]
    expect((pane?.x ?? 0) + (pane?.width ?? 0), 'the pictures lie over the facts').toBeLessThanOrEqual(facts?.x ?? 0)
    const places = () => page.locator('.pane .layer').evaluateAll((all) => all.map((one) => one.getAttribute('style')))
    const before = await places()
    const view = await page.locator('.stage-view').boundingBox()
    if (!view) throw new Error('no stage')
    await page.mouse.move(view.x + 100, view.y + 200)
    await page.mouse.down()
    await page.mouse.move(view.x + 60, view.y + 120, { steps: 3 })
    await page.mouse.up()
    const after = await places()
    expect(after[0]).toBe(after[1])
    expect(after[0]).not.toBe(before[0])
  })

  test('compare: with the keyboard alone', async () => {
    await page.goto(`${page.url().split('?')[0]}`)
    await page.locator('[data-cell="0"] [data-main]').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/target=/)
    const first = page.url()
    await page.keyboard.press('ArrowRight')
    await page.waitForURL((url) => url.href !== first)
    await page.getByText('2 / 4').waitFor()
    await page.keyboard.press('2')
    await page.locator('.pane').nth(1).waitFor()
    await page.keyboard.press('4')
    await page.getByLabel('How much of the after picture is seen').waitFor()
    await page.keyboard.press('Space')
    await page.locator('.stage-shown').waitFor()
    const shown = await page.locator('.stage-shown').textContent()
    await page.keyboard.press('Space')
    await expect.poll(() => page.locator('.stage-shown').textContent()).not.toBe(shown)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    expect(await seriousProblems(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const download = page.waitForEvent('download')
    await page.keyboard.press('d')
    expect((await download).suggestedFilename()).toMatch(/_after\.(webp|png|jpg)$/)
    await page.keyboard.press('ArrowLeft')
    await page.getByText('1 / 4').waitFor()
    await page.keyboard.press('f')
    await expect.poll(() => page.evaluate('document.fullscreenElement !== null')).toBe(true)
    await page.keyboard.press('f')
    await expect.poll(() => page.evaluate('document.fullscreenElement === null')).toBe(true)
    await page.keyboard.press('Escape')
    await page.waitForURL((url) => !url.search.includes('target='))
  })

  test('safety: green only when everything was checked', async () => {
    await page.getByRole('navigation', { name: 'Steps' }).getByText('Safety').click()
    await page.locator('.verdict').waitFor()
    const checks = await page.locator('.check').count()
    const passed = await page.locator('.check-pass').count()
    expect(checks).toBeGreaterThanOrEqual(5)
    expect(await page.locator('.verdict-pass').count()).toBe(passed === checks ? 1 : 0)
    await page.getByText('Writes that were stopped').click()
    expect(await seriousProblems(page)).toEqual([])
  })

  test('cancel, then the history: run again, keep, edit, delete', async () => {
    await page.goto(`${origin}/choose`)
    await page.locator('[data-main]').first().waitFor()
    await startPreview()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await ended(/Cancelled/)

    await page.getByRole('navigation', { name: 'Steps' }).getByText('Jobs').click()
    await expect.poll(() => page.locator('.job-row').count()).toBe(2)
    expect(await seriousProblems(page)).toEqual([])
    const more = () =>
      page
        .locator('.job-row')
        .filter({ hasText: 'Cancelled' })
        .getByRole('button', { name: /^More about/ })
    await more().click()
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await expect.poll(() => page.locator('.job-row .icon-pin').count()).toBe(1)
    await more().click()
    await page.getByRole('button', { name: 'Edit the config and run again' }).click()
    await page.waitForURL(/\/config$/)
    await page.locator('.cm-content').waitFor()
    expect(await page.content()).not.toContain(studio.plex.token)
    expect(await seriousProblems(page)).toEqual([])
    // An edit is still there when the user comes back to it.
    await page.locator('.cm-content').click()
    await page.keyboard.type('# mine')
    await page.getByText('edited', { exact: true }).waitFor()
    await page.goBack()
    await page.goForward()
    await page.locator('.cm-content').getByText('# mine').waitFor()
    await page.getByRole('button', { name: 'Undo my edits' }).click()
    await page.goBack()
    await more().click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => page.locator('.job-row').count()).toBe(1)
    await page.getByRole('button', { name: 'Clean-up' }).click()
    await page.getByLabel('Older than (days)').fill('7')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('Saved.').waitFor()
    expect(await seriousProblems(page)).toEqual([])
    await page.keyboard.press('Escape')
  })

  test('a missing picture says why, in words, with its log lines', async () => {
    // The config draws on episodes of this library, not on shows.
    const { connectionId } = await studio.get('getState', {})
    const { items } = await studio.get('listItems', { query: { q: 'one step', type: ['show'] } })
    const [item] = items
    if (!item || connectionId === null) throw new Error('no item')
    const job = await studio.get('startJob', {
      body: { connectionId, targets: [{ server: item.server, ratingKey: item.ratingKey }] },
    })
    await page.goto(`${origin}/jobs/${job.id}/run`)
    await ended(/Nothing to draw/)
    await page.goto(`${origin}/jobs/${job.id}/compare?target=${job.targets[0]?.id}`)
    const words = page.locator('.missing-words')
    await words.waitFor()
    expect(await words.textContent()).not.toMatch(/null|undefined|MISSING_/)
    expect(await seriousProblems(page)).toEqual([])
  })

  test('every screen fits from a phone to 4K, and everything is readable in both themes', async () => {
    const { jobs } = await studio.get('listJobs', {})
    const job = jobs.find(({ status }) => status === 'success')
    if (!job) throw new Error('no finished job')
    const { targets } = await studio.get('getJob', { params: { jobId: job.id } })
    const paths = [
      '/connect',
      '/choose',
      `/jobs/${job.id}/run?log=open`,
      `/jobs/${job.id}/compare`,
      `/jobs/${job.id}/compare?target=${targets[0]?.id}&mode=side`,
      `/jobs/${job.id}/safety`,
      `/jobs/${job.id}/config`,
      '/jobs',
    ]
    const looks = [
      { width: 360, height: 740, colorScheme: 'light', axe: true },
      { width: 360, height: 740, colorScheme: 'dark', axe: true },
      { width: 1280, height: 800, colorScheme: 'light', axe: true },
      { width: 1280, height: 800, colorScheme: 'dark', axe: true },
      { width: 3840, height: 2160, colorScheme: 'dark', axe: false },
    ] as const
    for (const { width, height, colorScheme, axe } of looks) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height })
      for (const path of paths) {
        const which = `${path} at ${width} px, ${colorScheme}`
        await page.goto(origin + path)
        await page.locator('main h1').first().waitFor({ state: 'attached' })
        await expect.poll(() => page.locator('main .skeleton, main [aria-busy=true]').count()).toBe(0)
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect(overflow, `${which} is wider than the screen`).toBeLessThanOrEqual(0)
        if (axe) expect(await seriousProblems(page), which).toEqual([])
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 })
  }, 120_000)
})
