import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { listen } from '../server/event-source.ts'
import { defaultConfig, openStudio, type TestStudio } from '../server/open-studio.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import { seriousProblems } from './support/axe.ts'
import { openBrowser, type TestBrowser } from './support/browser.ts'

/** The picture itself shows what Kometa left out of the config, and why a real run may draw a different picture. */
describe.skipIf(chromiumPath() === null)('faults in a job whose items all have their pictures', () => {
  let studio: TestStudio
  let browser: TestBrowser
  const missing = /config\/nothing\.yml/

  beforeAll(async () => {
    const config = (plex: Parameters<typeof defaultConfig>[0]) =>
      defaultConfig(plex).replace(
        'Movies:\n    overlay_files:\n',
        'Movies:\n    overlay_files:\n      - file: config/nothing.yml\n',
      )
    studio = await openStudio({ config, webDir: inject('webDir') })
    browser = await openBrowser(studio.studio.url)
  })
  afterAll(async () => {
    expect(browser.complaints).toEqual([])
    expect(studio.failures).toEqual([])
    await browser?.[Symbol.asyncDispose]()
    await studio?.[Symbol.asyncDispose]()
  })

  test('Run, Compare and Jobs describe the faults in words', async () => {
    const { page } = browser
    const { id: connectionId, servers } = await studio.connect()
    const targets = [{ server: servers[0]?.id ?? '', ratingKey: '101' }]
    const { id } = await studio.get('startJob', { body: { connectionId, targets } })
    using stream = listen(studio.studio.url + apiUrl('jobEvents', { jobId: id }))
    await stream.until(({ event }) => event.type === 'closed')

    await page.goto(`${studio.studio.url}/jobs/${id}/run`)
    await page.getByText('Kometa left out parts of the config').waitFor()
    await page.getByText(missing).first().waitFor()
    await page.goto(`${studio.studio.url}/jobs`)
    await page
      .locator('.job-row')
      .getByText(/1 fault/)
      .waitFor()

    const path = join(studio.dataDir, 'jobs', id, 'output', 'summary.json')
    const summary = JSON.parse(await readFile(path, 'utf8'))
    summary.targets[0].may_differ = ['"Top 10" has a limit']
    await writeFile(path, JSON.stringify(summary))
    await page.goto(`${studio.studio.url}/jobs/${id}/compare?target=${encodeURIComponent(summary.targets[0].id)}`)
    await page.getByText('Kometa left out parts of the config').waitFor()
    await page.getByText(missing).first().waitFor()
    await page.getByText('A real run may draw another picture').waitFor()
    await page.getByText('"Top 10" has a limit').waitFor()
    expect(await seriousProblems(page)).toEqual([])
  })
})
