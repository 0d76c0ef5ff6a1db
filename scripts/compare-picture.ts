// Makes docs/compare.webp, a screenshot of the compare screen with the sample Plex:
// npm run -s build && npx tsx scripts/compare-picture.ts
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { apiUrl } from '../src/contract/api/api-paths.ts'
import { sampleRenderer, startDemoWorld } from '../src/demo/demo-world.ts'
import { startStudio } from '../src/server/studio.ts'
import { chromiumPath } from '../test/support/chromium-path.ts'

const shown = 'Metropolis (1927)'
const items = ['the general 1926', 'metropolis 1927', 'a trip to the moon', 'nosferatu', 'haxan', 'charade']
const viewport = { width: 1280, height: 800 }
/** The part of the width that shows the before picture. */
const share = 0.36

const [out = 'docs/compare.webp'] = process.argv.slice(2)
const executablePath = chromiumPath()
if (executablePath === null) throw new Error('this needs Chromium')
const dataDir = await mkdtemp(join(tmpdir(), 'kometa-preview-picture-'))
try {
  await using world = await startDemoWorld()
  await using studio = await startStudio({
    host: '127.0.0.1',
    port: 0,
    dataDir,
    webDir: resolve('dist/web'),
    allowedFolders: [dirname(world.configPath)],
    makeRenderer: async () => sampleRenderer(),
    env: { PATH: process.env.PATH },
    version: '0',
    configPath: world.configPath,
    demo: true,
    onFailure: (error) => console.error(error),
  })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage({ viewport, deviceScaleFactor: 1.25, colorScheme: 'dark' })
    await page.goto(`${studio.url}/choose`)
    await page.getByRole('grid').waitFor()
    const search = page.getByLabel('Search titles, shows, editions, years')
    for (const [i, words] of items.entries()) {
      const listed = page.waitForResponse((answer) => answer.url().includes(`${apiUrl('listItems')}?q=`))
      await search.fill(words)
      await listed
      await page.locator('.choose-wall:not([data-behind]) [data-cell="0"] [data-main]').click()
      await page.locator(`.tray-list > li:nth-child(${i + 1})`).waitFor()
    }
    await page.getByRole('button', { name: /^Preview \d/ }).click()
    await page.locator('.run-facts .badge').filter({ hasText: 'Finished' }).waitFor()
    await page.getByRole('link', { name: /^Compare \d+$/ }).click()
    await page.getByRole('link', { name: shown }).first().click()
    const slider = await page.locator('img-comparison-slider').boundingBox()
    if (!slider) throw new Error('no slider')
    const y = slider.y + slider.height / 2
    await page.mouse.move(slider.x + slider.width / 2, y)
    await page.mouse.down()
    await page.mouse.move(slider.x + slider.width * share, y, { steps: 8 })
    await page.mouse.up()
    await page.mouse.move(viewport.width - 8, viewport.height - 8)
    await page.locator('.sign-good').nth(2).waitFor()
    for (const picture of await page.locator('.filmstrip li').all()) await picture.locator('.thumb-there').waitFor()
    await sharp(await page.screenshot())
      .webp({ quality: 86 })
      .toFile(out)
  } finally {
    await browser.close()
  }
} finally {
  await rm(dataDir, { recursive: true, force: true })
}
