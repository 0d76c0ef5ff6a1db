import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { listen } from '../server/event-source.ts'
import { openStudio, plexToken } from '../server/open-studio.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import { seriousProblems } from './support/axe.ts'
import { openBrowser } from './support/browser.ts'

describe.skipIf(chromiumPath() === null)('secrets that are no longer kept', () => {
  test('Run again asks for them, says where each one goes, and runs', async () => {
    await using studio = await openStudio({ webDir: inject('webDir') })
    const text = await readFile(studio.configPath, 'utf8')
    const { id, servers } = await studio.get('connect', { body: { kind: 'text', text } })
    const targets = [{ server: servers[0]?.id ?? '', ratingKey: '101' }]
    const job = await studio.get('startJob', { body: { connectionId: id, targets } })
    using stream = listen(studio.studio.url + apiUrl('jobEvents', { jobId: job.id }))
    await stream.until(({ event }) => event.type === 'closed')
    await using browser = await openBrowser(studio.studio.url)
    const { page } = browser
    await page.goto(`${studio.studio.url}/jobs`)
    await page.getByText(/its secrets are kept until/).waitFor()
    const folder = join(studio.dataDir, 'secrets')
    for (const name of await readdir(folder)) {
      const entry = JSON.parse(await readFile(join(folder, name), 'utf8'))
      await writeFile(join(folder, name), JSON.stringify({ ...entry, usedAtMs: entry.usedAtMs - 25 * 3_600_000 }))
    }
    await page.getByRole('button', { name: /^More about/ }).click()
    await page.getByText('Run again with this job').first().click()
    const dialog = page.getByRole('dialog', { name: 'Type the secrets again' })
    await dialog.getByText(`It goes to ${studio.plex.url}`).waitFor()
    expect(await seriousProblems(page)).toEqual([])
    const run = dialog.getByRole('button', { name: 'Run again' })
    expect(await run.isDisabled()).toBe(true)
    await dialog.getByLabel('plex.token').fill(plexToken)
    await dialog.getByLabel('tmdb.apikey').fill('0123456789abcdef0123456789abcdef')
    await run.click()
    await page.waitForURL(/\/jobs\/[^/]+\/run/)
    expect(page.url()).not.toContain(job.id)
    // The browser's own console message for a 409 answer; the page has explained it better.
    browser.complaints.splice(0)
  }, 60_000)
})
