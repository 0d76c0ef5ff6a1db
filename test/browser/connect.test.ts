import { writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { defaultConfig, openStudio, plexToken, type TestStudio } from '../server/open-studio.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import { smallLibraries } from '../support/sample-plex.ts'
import { startSamplePlex, type WatchedPlex } from '../support/watched-plex.ts'
import { openBrowser, type TestBrowser } from './support/browser.ts'

const oldToken = 'AnOldTokenOfTheUser1'

/** Connect shows the true state of the config and of Plex. */
describe.skipIf(chromiumPath() === null)('the Connect screen', () => {
  let plex: WatchedPlex
  let studio: TestStudio
  let browser: TestBrowser
  let page: Page
  let origin: string

  beforeAll(async () => {
    const witness = { token: [plexToken, oldToken] }
    plex = await startSamplePlex({ libraries: smallLibraries(), token: plexToken, witness })
    studio = await openStudio({ plex, webDir: inject('webDir') })
    origin = studio.studio.url
    browser = await openBrowser(origin, { expected: [/404 \(Not Found\)/] })
    page = browser.page
  })
  afterAll(async () => {
    expect(browser.complaints).toEqual([])
    expect(studio.failures).toEqual([])
    await browser?.[Symbol.asyncDispose]()
    await studio?.[Symbol.asyncDispose]()
    await plex?.[Symbol.asyncDispose]()
  })
  const action = (name: string) => page.getByRole('banner').locator('.action-slot').getByText(name)
  const connect = async (path: string, text: string) => {
    await writeFile(studio.configPath, text)
    await studio.get('disconnect')
    await page.goto(`${origin}/connect`)
    await page.getByLabel('Path on this machine').fill(path)
    await action('Connect').click()
    await page.getByRole('heading', { name: 'config.yml' }).waitFor()
  }

  test('a token that Plex refuses is reported as refused, on Connect and on Choose', async () => {
    await connect('~/config/config.yml', defaultConfig(plex).replace(plexToken, oldToken))
    const card = page.getByRole('region', { name: 'Plex and Kometa' })
    await card.getByText('Refused the token', { exact: true }).waitFor()
    expect(await card.getByText('No answer').count()).toBe(0)
    await page.getByText('Its Plex server refuses the token.').first().waitFor()
    await page.goto(`${origin}/choose`)
    await page.getByRole('heading', { name: 'The config cannot be used as it is' }).waitFor()
    await page.getByText(/refuses the token/).waitFor()
  })

  test('the editor shows the file as it is now; edits are not lost and do not undo a change on disk', async () => {
    const file = defaultConfig(plex)
    await connect('~/config/config.yml', file)
    const editor = page.locator('.cm-content')
    const back = async (text: string) => {
      await writeFile(studio.configPath, text)
      await page.evaluate("window.dispatchEvent(new Event('focus'))")
    }
    await back(`# first\n${file}`)
    await editor.getByText('# first').waitFor()
    // The edit is at the end, the change on disk at the top: both are kept.
    await editor.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('# mine')
    await page.getByText('edited for the next preview').waitFor()
    await writeFile(studio.configPath, `# second\n${file}`)
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByText('config.yml has changed. Your edits were put on top of it.').waitFor()
    await editor.getByText('# second').waitFor()
    await editor.getByText('# mine').waitFor()
    // Both change the same line: the user has to choose, and nothing starts before that.
    await writeFile(studio.configPath, `# second\n${file}# theirs\n`)
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByText('config.yml has changed where you have edited it').waitFor()
    await editor.getByText('# theirs').waitFor()
    await page.getByText('Show my edits').click()
    await page.locator('.draft-text').getByText('# mine').waitFor()
    await page.getByRole('link', { name: 'Choose', exact: true }).click()
    await action('Look at your edits first').click()
    await page.getByRole('button', { name: 'Use my edits instead' }).click()
    await editor.getByText('# mine').waitFor()
    expect(await editor.getByText('# theirs').count()).toBe(0)
    // With another config the edits are shown as not in use; they return with their own config.
    const another = join(dirname(studio.configPath), 'another.yml')
    await writeFile(another, file)
    const change = async (path: string) => {
      await page.getByRole('button', { name: 'Another config' }).click()
      await page.getByLabel('Path on this machine').fill(path)
      await action('Connect').click()
      await page.getByRole('heading', { name: basename(path) }).waitFor()
    }
    await change(another)
    await page.getByText('Your edits of config.yml are not in use: another config is connected').waitFor()
    await editor.click()
    await page.keyboard.type('# lost')
    expect(await editor.textContent()).not.toContain('# lost')
    await change(studio.configPath)
    await editor.getByText('# mine').waitFor()
    await page.getByRole('button', { name: 'Undo my edits' }).click()
    await editor.getByText('# theirs').waitFor()
  })

  test('a config that is not YAML is not reported as naming no library', async () => {
    await connect('~/config', `${defaultConfig(plex)}broken: "\n`)
    await page.getByText('They appear when the config can be read.').waitFor()
    await page.getByRole('banner').getByText('cannot be read').waitFor()
    expect(await page.getByText('The config names no library.').count()).toBe(0)
    expect(await page.getByText(/0 overlay files/).count()).toBe(0)
  })
})
