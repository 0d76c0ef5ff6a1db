import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { chromiumPath } from '../../support/chromium-path.ts'

/** The browser sends nothing out on its own, and takes nothing from the browser of this machine. */
const args = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface TestBrowser extends AsyncDisposable {
  context: BrowserContext
  page: Page
  /** Its profile folder, which is in the command line of each of its processes. */
  profile: string
  /** Errors of the console and of scripts, and requests to a host other than ours; a test expects none. */
  complaints: string[]
}

export interface TestBrowserOptions extends BrowserContextOptions {
  /** Answers that are errors on purpose, as the beginning of their message: `404 /api/…`. */
  expected?: readonly RegExp[]
  /** Arguments for the command line, in addition to those that every test has. */
  args?: readonly string[]
}

/** A Chromium with its own profile. */
export async function openBrowser(origin: string, options: TestBrowserOptions = {}): Promise<TestBrowser> {
  const { expected = [], args: more = [], ...contextOptions } = options
  const profile = await mkdtemp(join(tmpdir(), 'kometa-preview-chromium-'))
  const executablePath = chromiumPath()
  if (executablePath === null) throw new Error('no Chromium')
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: [...args, ...more],
    viewport: { width: 1280, height: 800 },
    colorScheme: 'dark',
    ...contextOptions,
  })
  const complaints: string[] = []
  const complain = (text: string) => {
    if (!expected.some((pattern) => pattern.test(text))) complaints.push(text)
  }
  context.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !/^(?:data|blob|about|chrome):/.test(url)) complain(`another host: ${url}`)
  })
  const watch = (page: Page) => {
    page.on('pageerror', (error) => complain(`script: ${error.stack ?? error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        complain(`console: ${message.text()} ${message.location().url}`)
      }
    })
  }
  context.on('page', watch)
  for (const page of context.pages()) watch(page)
  const page = context.pages()[0] ?? (await context.newPage())
  return {
    context,
    page,
    profile,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
