import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import { listen } from '../server/event-source.ts'
import { defaultConfig, openStudio, type TestStudio } from '../server/open-studio.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import { film, smallLibraries } from '../support/sample-plex.ts'
import { seriousProblems } from './support/axe.ts'
import { openBrowser, type TestBrowser } from './support/browser.ts'

/** Each possible result of a job must look like what it is. */
describe.skipIf(chromiumPath() === null)('results of jobs and items', () => {
  let studio: TestStudio
  let browser: TestBrowser
  let page: Page
  let origin: string
  let renderer: Renderer = sampleRenderer()
  /** Reports its start, and then does what `then` does. */
  const script = (then: string): Renderer => ({
    ...sampleRenderer(),
    command: process.execPath,
    args: () => ['-e', `process.stdout.write("| Starting Run |\\n"); ${then}`],
  })

  beforeAll(async () => {
    const [movies, shows] = smallLibraries()
    if (!movies || !shows) throw new Error('no sample libraries')
    const bare = film('304', 'No Poster At All', { posters: [] })
    const libraries = [{ ...movies, items: [...movies.items, bare] }, shows]
    const onShows = 'Shows:\n    overlay_files:\n      - default: resolution\n'
    const config = (plex: Parameters<typeof defaultConfig>[0]) =>
      defaultConfig(plex).replace(onShows, 'Shows:\n    overlay_files:\n')
    studio = await openStudio({ libraries, config, webDir: inject('webDir'), makeRenderer: async () => renderer })
    await studio.connect()
    origin = studio.studio.url
    browser = await openBrowser(origin)
    page = browser.page
  })
  afterAll(async () => {
    expect(browser.complaints).toEqual([])
    expect(studio.failures).toEqual([])
    await browser?.[Symbol.asyncDispose]()
    await studio?.[Symbol.asyncDispose]()
  })

  const start = async (...ratingKeys: string[]) => {
    await studio.get('checkKometa')
    const { connectionId, index } = await studio.get('getState')
    const server = index.libraries[0]?.server ?? ''
    const targets = ratingKeys.map((ratingKey) => ({ server, ratingKey }))
    return studio.get('startJob', { body: { connectionId: connectionId ?? '', targets } })
  }
  const finished = async (jobId: string) => {
    using stream = listen(origin + apiUrl('jobEvents', { jobId }))
    await stream.until(({ event }) => event.type === 'closed')
  }
  const status = () => page.locator('.run-facts .badge')
  const railSign = (step: string) =>
    page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name: step }).locator('.sign')
  const classOf = (selector: string) => page.locator(selector).first().getAttribute('class')

  test('an error is red and no match is neutral, each with its text, next to each other', async () => {
    const { id } = await start('304', '2000', '101')
    await finished(id)
    await page.goto(`${origin}/jobs/${id}/run`)
    await status().filter({ hasText: 'Partly finished' }).waitFor()
    expect(await status().getAttribute('class')).toContain('badge-bad')
    expect(await page.locator('.note-bad').textContent()).toContain('No Poster At All')
    expect(await page.locator('.note-plain').textContent()).toContain('No overlay matched this item.')
    expect(await page.locator('.note-warn').count()).toBe(0)
    expect(await railSign('Run').getAttribute('class')).toContain('sign-bad')
    expect(await seriousProblems(page)).toEqual([])

    await page.goto(`${origin}/jobs/${id}/compare`)
    for (const chip of ['Changed 1', 'Left as it is 1', 'Error 1']) {
      await page.getByRole('button', { name: chip }).waitFor()
    }
    await page.getByRole('button', { name: 'Error 1' }).click()
    await page.locator('.pair').click()
    // The headline is our own sentence; Kometa's own words are below it.
    await page.getByRole('heading', { name: 'Kometa could not draw it.', exact: true }).waitFor()
    expect(await page.locator('.missing-detail').textContent()).toBe('Overlay Error: No poster found')
    expect(await classOf('.missing-words h2')).toBe('missing-bad')
    expect(await seriousProblems(page)).toEqual([])
  }, 120_000)

  test('Safety describes in words the writes that were stopped', async () => {
    const [job] = (await studio.get('listJobs')).jobs
    await page.goto(`${origin}/jobs/${job?.id}/safety`)
    await page.getByText('Writes that were stopped').click()
    await page.getByRole('cell', { name: '+ poster on Nosferatu (1922)' }).waitFor()
    await page.getByRole('cell', { name: '+ label Overlay on Nosferatu (1922)' }).waitFor()
    expect(await seriousProblems(page)).toEqual([])
  })

  test('a job on which Kometa draws nothing counts as not failed', async () => {
    const { id } = await start('2000')
    await finished(id)
    await page.goto(`${origin}/jobs/${id}/run`)
    await status().filter({ hasText: 'Nothing to draw' }).waitFor()
    expect(await page.locator('.note-bad, .note-warn, [data-stopped]').count()).toBe(0)
    expect(await railSign('Run').getAttribute('class')).toContain('sign-plain')
  }, 120_000)

  test('a cancelled job says so for each item and shows where it stopped, without any alarming color', async () => {
    renderer = script('setInterval(() => {}, 1000)')
    const { id, targets } = await start('101', '102')
    await page.goto(`${origin}/jobs/${id}/run`)
    await page.locator('.phase[data-running]').filter({ hasText: 'Kometa starts' }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await status().filter({ hasText: 'Cancelled' }).waitFor()
    await expect.poll(() => page.getByText('Not drawn: cancelled').count(), { timeout: 15_000 }).toBe(2)
    expect(await page.locator('.phase[data-stopped]').textContent()).toContain('Kometa starts – ended here')
    expect(await page.locator('.note-bad, .note-warn, .badge-bad, .badge-warn').count()).toBe(0)
    expect(await page.locator('.run-words').first().textContent()).toContain('Nosferatu')
    expect(await seriousProblems(page)).toEqual([])
    await page.goto(`${origin}/jobs/${id}/compare?target=${targets[0]?.id}`)
    await page.getByRole('heading', { name: 'Not drawn: cancelled' }).waitFor()
  }, 120_000)

  test('a failed job marks the step that failed, and no other step', async () => {
    renderer = script('process.exit(1)')
    const { id } = await start('101')
    await finished(id)
    await page.goto(`${origin}/jobs/${id}/run`)
    await page.locator('.phase[data-stopped=failed]').waitFor()
    const marked = await page.locator('.phase[data-stopped]').allTextContents()
    expect(marked).toEqual([expect.stringContaining('Kometa starts – failed here')])
    expect(await page.locator('.phase').last().textContent()).toContain('Collecting the results')
  }, 120_000)

  test('a job that was interrupted says so once', async () => {
    renderer = script('setInterval(() => {}, 1000)')
    const { id } = await start('101')
    using stream = listen(origin + apiUrl('jobEvents', { jobId: id }))
    await stream.until(({ event }) => event.type === 'phase' && event.phase === 'kometa')
    await page.goto('about:blank')
    await studio.studio[Symbol.asyncDispose]()
    await using again = await openStudio({ dir: studio.dir, plex: studio.plex, webDir: inject('webDir') })
    await using other = await openBrowser(again.studio.url)
    await other.page.goto(`${again.studio.url}/jobs/${id}/run`)
    await other.page.getByText('Kometa Preview was closed while this ran').waitFor()
    expect(await other.page.locator('.note').count()).toBe(1)
    await other.page.getByText('Not drawn: interrupted').waitFor()
    expect(other.complaints).toEqual([])
  }, 120_000)
})
