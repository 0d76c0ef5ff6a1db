import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { listUsedFiles } from '../../src/config/workspace/used-files.ts'
import type { AppError } from '../../src/contract/errors.ts'
import type { Summary } from '../../src/contract/summary.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import { changedFiles, readFileStates } from '../../src/run/watch/file-states.ts'
import { waitForChange } from '../../src/run/watch/wait-for-change.ts'
import { watchJob } from '../../src/run/watch/watch-job.ts'
import { canaries, type JobWorld, startJobWorld } from '../e2e/job-world.ts'

const config = (url: string, files: string) =>
  `plex: {url: "${url}", token: ${canaries.plex}}\ntmdb: {apikey: x}\nlibraries:\n  Movies: {overlay_files: [${files}]}\n`

/** Runs `watchJob`, and lets a test await what it tells. */
function startWatching(world: JobWorld) {
  const told: string[] = []
  const previews: { summary: Summary; differs: readonly string[] | null }[] = []
  const waiters: { pattern: RegExp; resolve: () => void }[] = []
  let read = 0
  const tell = (text: string): void => {
    told.push(text)
    for (const { pattern, resolve } of waiters) if (pattern.test(text)) resolve()
  }
  const controller = new AbortController()
  const done = watchJob({
    request: {
      ...{ jobDir: world.jobDir, specs: ['101'], renderer: sampleRenderer(), dataDir: world.dataDir },
      ...{ keepWorkspace: false, writeJobFile: false, scoped: true, proxyPort: 0, env: { PATH: process.env.PATH } },
      ...{ signal: controller.signal, onEvent: () => undefined, onLine: () => undefined },
    },
    load: () => loadJobConfig({ kind: 'config', configPath: world.configPath }, { env: {} }),
    onPreview(summary, differs) {
      previews.push({ summary, differs })
      tell(`preview ${summary.status}`)
    },
    onWaiting: () => tell('waiting'),
    onChange: (paths) => tell(`changed ${paths.join(' ')}`),
    onProblem: (error: AppError) => tell(`problem ${error.code} ${error.message}`),
  })
  return {
    told,
    previews,
    done,
    stop: () => controller.abort(),
    /** Waits for the next text that matches, after those that were awaited before. */
    async next(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = told.findIndex((text, index) => index >= read && pattern.test(text))
        if (found >= 0) {
          read = found + 1
          return told[found] ?? ''
        }
        await Promise.race([
          new Promise<void>((resolve) => waiters.push({ pattern, resolve })),
          done.then(() => Promise.reject(new Error(`ended without ${pattern}: ${told.join('; ')}`))),
        ])
      }
    },
  }
}

test('previews after each edit, reports an unusable edit in one line, and keeps what was read from Plex', async () => {
  await using world = await startJobWorld({ config: (url) => config(url, '{default: resolution}') })
  const { url } = world.plex
  // Editors save into a new file and rename it.
  const save = async (text: string) => {
    await writeFile(`${world.configPath}~`, text)
    await rename(`${world.configPath}~`, world.configPath)
  }
  const watching = startWatching(world)
  await watching.next(/^preview success/)
  await watching.next(/^waiting/)

  await save('libraries: [unfinished\n')
  expect(await watching.next(/^problem/)).toMatch(/^problem CONFIG_INVALID_YAML .*config\.yml.*line/)
  await watching.next(/^waiting/)

  await save(config(url, '{default: resolution}').replace(/plex: .*\n/, ''))
  expect(await watching.next(/^problem/)).toMatch(/^problem CONFIG_NO_PLEX/)
  await watching.next(/^waiting/)

  world.plex.clearJournal()
  await save(config(url, '{default: resolution}, {default: runtimes}'))
  expect(await watching.next(/^changed/)).toBe(`changed ${world.configPath}`)
  await watching.next(/^preview success/)
  const [first, second] = watching.previews
  expect(first?.differs).toBeNull()
  expect(second?.differs).toEqual(first?.summary.targets.map(({ title }) => title))
  expect(second?.summary.plex_reads?.forwarded).toBeLessThan((first?.summary.plex_reads?.forwarded ?? 0) / 2)
  await watching.next(/^waiting/)

  await save(`${config(url, '{default: resolution}, {default: runtimes}')}# a comment\n`)
  await watching.next(/^preview success/)
  expect(watching.previews.at(-1)?.differs).toEqual([])
  await watching.next(/^waiting/)

  watching.stop()
  expect(await watching.done).toBe(watching.previews.at(-1)?.summary)
  expect(await readdir(join(world.dataDir, 'workspaces'))).toEqual([])
  world.assertUntouched()
}, 90_000)

test('an error before the first preview is thrown', async () => {
  await using world = await startJobWorld({ config: () => 'libraries: [\n' })
  await expect(startWatching(world).done).rejects.toMatchObject({ code: 'CONFIG_INVALID_YAML' })
})

describe('the files of a preview', () => {
  let dir = ''
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'watch-'))
    await mkdir(join(dir, 'config/more'), { recursive: true })
    await mkdir(join(dir, 'config/assets/Metropolis (1927)'), { recursive: true })
    await mkdir(join(dir, 'config/overlays'), { recursive: true })
    const overlays = `overlays:
  Named: {plex_all: true}
  Other: {plex_all: true, overlay: {name: "text(x)", font: config/own.ttf}}
  Image: {plex_all: true, overlay: {name: image, file: config/badge.png}}
  Far: {plex_all: true, overlay: {name: far, url: "https://example.org/far.png"}}
  Later: {plex_all: true, overlay: {name: later, file: "config/<<key>>.png"}}
`
    const files = {
      'config/config.yml': `settings: {asset_directory: config/assets}\n${config(
        'http://10.0.0.5:32400',
        '{file: config/badges}, {folder: config/more}, {default: resolution}, {file: config/gone.yml}, {url: "https://example.org/x.yml"}',
      )}`,
      'config/badges.yml': overlays,
      'config/more/one.yaml': 'overlays: {}\n',
      'kometa/defaults/overlays/resolution.yml': 'overlays: {}\n',
    }
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(dir, path, '..'), { recursive: true })
      await writeFile(join(dir, path), text)
    }
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))
  const used = async () => {
    const loaded = await loadJobConfig({ kind: 'config', configPath: join(dir, 'config/config.yml') }, { env: {} })
    return listUsedFiles(loaded, join(dir, 'kometa'))
  }

  test('are the config, the overlay files, and the images and fonts that these name', async () => {
    const { files, yamlFolders, assetFolders } = await used()
    expect(files.map((path) => path.slice(dir.length + 1)).sort()).toEqual([
      // Kometa takes a file under the other ending too.
      ...['config/badge.png', 'config/badges.yaml', 'config/badges.yml', 'config/config.yml'],
      ...['config/gone.yaml', 'config/gone.yml', 'config/more/one.yaml'],
      ...['config/overlays/Named.png', 'config/overlays/far.png', 'config/overlays/image.png'],
      ...['config/overlays/later.png', 'config/own.ttf', 'kometa/defaults/overlays/resolution.yml'],
    ])
    expect(yamlFolders).toEqual([join(dir, 'config/more')])
    expect(assetFolders).toEqual([join(dir, 'config/assets')])
  })

  test.each([
    ['one that is edited', 'config/badges.yml', 'overlays: {}\n'],
    ['one that was not there', 'config/gone.yml', 'overlays: {}\n'],
    ['a new one in a folder of overlay files', 'config/more/two.yml', 'overlays: {}\n'],
    ["an item's own picture", 'config/assets/Metropolis (1927)/poster.jpg', 'bytes'],
    ['an image that a definition names', 'config/badge.png', 'bytes'],
  ])('%s is a change', async (_name, path, text) => {
    const files = await used()
    const waiting = waitForChange(files, await readFileStates(files), new AbortController().signal)
    await writeFile(join(dir, path), text)
    expect((await waiting).changed).toEqual([join(dir, path)])
  })

  test('do not include other files, and an unchanged file is no change', async () => {
    const files = await used()
    const before = await readFileStates(files)
    await writeFile(join(dir, 'config/notes.txt'), 'x')
    await writeFile(join(dir, 'config/more/one.yaml'), 'overlays: {}\n')
    expect(changedFiles(before, await readFileStates(files))).toEqual([])
  })

  test('an edit made before the wait begins is not lost, and an abort ends the wait', async () => {
    const files = await used()
    const before = await readFileStates(files)
    await writeFile(join(dir, 'config/badges.yml'), 'overlays: {A: {plex_all: true}}\n')
    expect((await waitForChange(files, before, new AbortController().signal)).changed).toHaveLength(1)
    const controller = new AbortController()
    const waiting = waitForChange(files, await readFileStates(files), controller.signal)
    controller.abort()
    expect((await waiting).changed).toEqual([])
  })
})
