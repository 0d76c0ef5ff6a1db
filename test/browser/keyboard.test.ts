import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { demoLibraries } from '../../src/demo/library/library-data.ts'
import { defaultConfig, openStudio, type TestStudio } from '../server/open-studio.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import { openBrowser, type TestBrowser } from './support/browser.ts'

const noBrowser = chromiumPath() === null
/** No control needs more steps with the keyboard than this. */
const maxStops = 80

interface Stop {
  name: string
  seen: boolean
}

/** The focused element: the name that a screen reader gives it, and whether its focus is visible in the window. */
const focused = `(async () => {
  // The focus styles appear in the next frame.
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  if (!element || element === document.body) return { name: '', seen: true }
  const outlined = [element, element.closest('.cm-editor'), ...element.querySelectorAll('*')].some((one) => {
    if (!one) return false
    const { outlineStyle, outlineWidth } = getComputedStyle(one)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1
  })
  const { left, top, right, bottom } = element.getBoundingClientRect()
  const inside = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight
  const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? ''
  return { name: label.trim(), seen: inside && outlined }
})()`

describe.skipIf(noBrowser)('the whole way without a mouse', () => {
  let studio: TestStudio
  let browser: TestBrowser
  let page: Page

  beforeAll(async () => {
    const config = (plex: Parameters<typeof defaultConfig>[0]) => defaultConfig(plex).replace('  Shows:', '  TV Shows:')
    studio = await openStudio({ libraries: demoLibraries(), config, webDir: inject('webDir') })
    browser = await openBrowser(`http://127.0.0.1:${studio.studio.port}`, { reducedMotion: 'reduce' })
    page = browser.page
  })
  afterAll(async () => {
    expect(browser.complaints).toEqual([])
    expect(studio.plex.writes).toEqual([])
    await browser?.[Symbol.asyncDispose]()
    await studio?.[Symbol.asyncDispose]()
  })

  /** Presses Tab until the focused element has this name. Every stop on the way must be visible and have a name. */
  const tabTo = async (name: RegExp) => {
    for (let stop = 0; stop < maxStops; stop += 1) {
      await page.keyboard.press('Tab')
      let now: Stop | undefined
      await expect
        .poll(async () => (now = await page.evaluate<Stop>(focused)), { message: `stop ${stop} on the way to ${name}` })
        .toMatchObject({ seen: true })
      if (now !== undefined && name.test(now.name)) return
    }
    throw new Error(`Tab never came to ${name}`)
  }

  test('connect, choose, run, compare, safety, jobs', async () => {
    await page.goto(studio.studio.url)
    await page.getByRole('heading', { name: 'Which Kometa config?' }).waitFor()
    await tabTo(/^Path on this machine$/)
    await page.keyboard.type(studio.configPath)
    await page.keyboard.press('Enter')
    await page.getByText('Ready', { exact: true }).waitFor()
    await page.locator('.cm-content').waitFor()

    await tabTo(/^Choose posters$/)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/choose')
    await page.getByRole('grid').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('metropolis')
    await expect.poll(() => page.getByRole('gridcell').count()).toBe(1)
    await tabTo(/^Metropolis \(1927\)/)
    await page.keyboard.press('Space')
    await expect.poll(() => page.locator('.tray-list > li').count()).toBe(1)
    // Smart sample picks from the result of the search.
    await page.keyboard.press('/')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('gridcell').count()).toBeGreaterThan(1)
    await tabTo(/^Smart sample$/)
    await tabTo(/^How many/)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Up to 4 items' }).waitFor()
    await tabTo(/^Up to 4 items$/)
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('.tray-list > li').count()).toBe(5)

    await tabTo(/^Preview 5/)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/run/)
    await page
      .locator('.run-facts .badge')
      .filter({ hasText: /inished/ })
      .waitFor()
    await tabTo(/^Log/)
    await page.keyboard.press('Enter')
    await page.locator('.log-line').first().waitFor()
    await tabTo(/^Log lines$/)
    await page.keyboard.press('Home')

    await tabTo(/^Compare \d/)
    await page.keyboard.press('Enter')
    await page.getByRole('grid').waitFor()
    await tabTo(/^Metropolis \(1927\)/)
    await page.keyboard.press('Enter')
    await page.waitForURL(/target=/)
    for (const [key, mode] of [
      ['2', 'side'],
      ['3', 'blink'],
      ['4', 'onion'],
      ['5', 'difference'],
    ] as const) {
      await page.keyboard.press(key)
      await page.waitForURL((url) => url.searchParams.get('mode') === mode)
    }
    await page.keyboard.press('1')
    await page.waitForURL((url) => !url.searchParams.has('mode'))
    await tabTo(/^How much of the before picture/)
    const range = page.getByRole('slider', { name: /^How much of the before/ })
    const before = Number(await range.inputValue())
    await page.keyboard.press('ArrowUp')
    expect(Number(await range.inputValue())).toBe(before + 1)
    await page.keyboard.press('Escape')
    await page.waitForURL((url) => !url.search.includes('target='))

    await tabTo(/^Safety/)
    await page.keyboard.press('Enter')
    await page.locator('.verdict').waitFor()
    await tabTo(/^Jobs/)
    await page.keyboard.press('Enter')
    await page.locator('.job-row').waitFor()
    await tabTo(/^More about/)
    await page.keyboard.press('Enter')
    await tabTo(/^Keep$/)
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('.job-row .icon-pin').count()).toBe(1)
  })

  test('with reduced motion nothing moves for longer than an instant', async () => {
    const moving = await page.evaluate<string[]>(`[...document.querySelectorAll('*')].flatMap((element) => {
      const { transitionDuration, animationDuration, animationIterationCount } = getComputedStyle(element)
      const longest = Math.max(...(transitionDuration + ',' + animationDuration).split(',').map(parseFloat))
      return longest > 0.02 || animationIterationCount === 'infinite' ? [element.className] : []
    })`)
    expect(moving).toEqual([])
  })
})
