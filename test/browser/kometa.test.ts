import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { kometaRenderer } from '../../src/cli/kometa-renderer.ts'
import { demoLibraries } from '../../src/demo/library/library-data.ts'
import { openStudio } from '../server/open-studio.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import { startOutsideWorld } from '../support/network/outside-world.ts'
import type { SamplePlex } from '../support/watched-plex.ts'
import { openBrowser } from './support/browser.ts'
import { figure, printFigures } from './support/figures.ts'
import { meets } from './support/measure.ts'

const kometaHome = process.env.KOMETA_HOME
const canRun = chromiumPath() !== null && kometaHome !== undefined
if (!canRun) {
  console.warn(
    'SKIPPED: the way to the first picture of the real Kometa needs KOMETA_HOME and Chromium, see CONTRIBUTING.md',
  )
}

const config = (plex: SamplePlex) => `plex:
  url: ${plex.url}
  token: ${plex.token}
tmdb:
  apikey: 0123456789abcdef0123456789abcdef
libraries:
  Movies:
    overlay_files:
      - default: resolution
  TV Shows:
    overlay_files:
      - default: resolution
`

describe.skipIf(!canRun)('with the real Kometa', () => {
  test('from the first load of the studio to the first picture takes less than a minute', async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'kometa-preview-first-'))
    await using outside = await startOutsideWorld(join(scratch, 'outside'))
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      KOMETA_HOME: kometaHome,
      KOMETA_PYTHON: process.env.KOMETA_PYTHON,
      ...outside.env,
    }
    await using studio = await openStudio({
      libraries: demoLibraries(),
      config,
      webDir: inject('webDir'),
      env,
      makeRenderer: () => kometaRenderer({}, join(scratch, 'data'), env),
      checkReplies: false,
    })
    await using browser = await openBrowser(studio.studio.url)
    const { page } = browser
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1_000

    await page.goto(studio.studio.url)
    await page.getByLabel('Path on this machine').fill(studio.configPath)
    const banner = page.getByRole('banner').locator('.action-slot')
    await banner.getByText('Connect', { exact: true }).click()
    await page.getByRole('heading', { name: 'config.yml' }).waitFor()
    await page.getByText('Ready', { exact: true }).waitFor({ timeout: 60_000 })
    figure('connected, the real Kometa ready', `${seconds().toFixed(1)} s`, '-')
    await page
      .getByRole('link', { name: /^Choose/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Smart sample' }).click()
    await banner.getByText(/^Preview \d+ items/).click()
    await page.waitForURL(/\/jobs\/[^/]+\/run/)
    figure('the preview started', `${seconds().toFixed(1)} s`, '-')
    await page.locator('.run-frame[data-drawn] .thumb-there').first().waitFor({ timeout: 240_000 })
    meets({ name: 'from the first load to the first picture', value: seconds(), goal: 60, unit: 's' })
    await page
      .locator('.run-facts .badge')
      .filter({ hasText: /inished/ })
      .waitFor({ timeout: 240_000 })
    figure('and to the end of the job', `${seconds().toFixed(1)} s`, '-')
    printFigures()

    const jobId = /\/jobs\/([^/]+)\//.exec(page.url())?.[1] ?? ''
    const job = await studio.get('getJob', { params: { jobId } })
    expect(job.renderer).toBe('kometa')
    // A sample of all levels has seasons and episodes, and this config draws nothing on those.
    expect(job.problems.filter((problem) => !problem.endsWith('No overlay matched this item.'))).toEqual([])
    expect(job.counts.changed).toBeGreaterThanOrEqual(4)
    expect(studio.plex.writes).toEqual([])
    expect(studio.failures).toEqual([])
    expect(browser.complaints).toEqual([])
    await rm(scratch, { recursive: true, force: true })
  }, 600_000)
})
