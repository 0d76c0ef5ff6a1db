import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkLibraries } from '../../../src/config/overlays/overlay-check.ts'
import { loadJobConfig } from '../../../src/config/read/user-config.ts'
import type { AppError } from '../../../src/contract/errors.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'overlay-check-'))
  for (const path of [
    'kometa/defaults/overlays/resolution.yml',
    'kometa/fonts/Roboto-Medium.ttf',
    'kometa/defaults/overlays/images/4K.png',
    'xdg/fonts/deep/System.ttf',
  ]) {
    await put(path, 'x')
  }
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function put(path: string, text: string): Promise<void> {
  const full = join(dir, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, text)
}

/** Checks a library "Movies" with these overlay_files. Paths of the scratch folder are cut out of the answer. */
async function check(overlayFiles: string, more = ''): Promise<string[]> {
  await put(
    'user/config/config.yml',
    `plex: {url: "http://a:1", token: t}\nlibraries:\n  Movies: {overlay_files: ${overlayFiles}${more}}\n  Other: {overlay_files: [{file: nowhere}]}\n`,
  )
  const config = await loadJobConfig({ kind: 'config', configPath: join(dir, 'user/config/config.yml') }, { env: {} })
  const env = { XDG_DATA_DIRS: join(dir, 'xdg') }
  const warnings = await checkLibraries(config, { libraries: ['Movies'], kometaDir: join(dir, 'kometa'), env })
  return warnings.map((warning) => warning.replaceAll(dir, 'DIR'))
}

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(String, (error: AppError) => `${error.code}: ${error.message.replaceAll(dir, 'DIR')}`)

const good = 'overlays: {a: {overlay: {name: text(A)}}}\n'

test('every form of an entry whose file exists', async () => {
  await put('user/config/a.yml', good)
  await put('user/config/b.yaml', good)
  await put('user/o/c.yml', good)
  expect(
    await check(
      '[{default: resolution}, {pmm: overlays/resolution}, {git: PMM/resolution}, {file: config/a.yml}, {file: config/a}, {file: config/b.yml}, {folder: o}, config/a.yml, {url: "http://x/y"}, {git: a/b}, {repo: c}]',
    ),
  ).toEqual([])
})

test.each([
  ['{file: [config/a.yml]}', 'file is a list'],
  ['{folder: [o]}', 'folder is a list'],
  ['{default: [resolution]}', 'default is a list'],
  ['{url: ["http://x/y"]}', 'url is a list'],
  ['{git: [a/b]}', 'git is a list'],
  ['{repo: {a: b}}', 'repo is a map'],
  ['{file: 5}', 'file is a number'],
  ['{default: true}', 'default is true'],
])('%s stops Kometa', async (entry, words) => {
  await put('user/config/a.yml', good)
  expect(await failure(check(`[{file: config/a.yml}, ${entry}]`))).toBe(
    `CONFIG_INVALID: "Movies": ${words}: Kometa accepts only one text there, and stops`,
  )
})

test('a number as a folder is a missing folder', async () => {
  await put('user/config/a.yml', good)
  expect(await check('[{file: config/a.yml}, {folder: 5}]')).toEqual(['"Movies": folder: 5: there is no such folder'])
})

test('a missing file is a warning that names it as the config does', async () => {
  await put('user/config/a.yml', good)
  await put('user/config/broken.yml', 'a: [1\n')
  await put('user/config/none.yml', 'templates: {}\n')
  await mkdir(join(dir, 'user/empty'))
  expect(
    await check(
      '[{file: config/a.yml}, {default: nothing}, {default: other_award}, {file: config/gone.yml}, {folder: gone}, {folder: empty}, config/a, {file: config/broken.yml}, {file: config/none.yml}]',
    ),
  ).toEqual([
    '"Movies": default: nothing: Kometa has no default overlay of this name',
    '"Movies": default: other_award: this version of Kometa does not have it',
    '"Movies": file: config/gone.yml: there is no such file',
    '"Movies": folder: gone: there is no such folder',
    '"Movies": folder: empty: there is no .yml file in it',
    '"Movies": config/a: there is no such file',
    '"Movies": file: config/broken.yml: DIR/user/config/broken.yml, line 1, column 4: a bracket ([) opens here and is not closed',
    '"Movies": file: config/none.yml: it has no "overlays"',
  ])
})

test('images and fonts are searched where Kometa searches them; variables are not checked', async () => {
  await put('user/config/overlays/named.png', 'x')
  await put('user/config/overlays/What.png', 'x')
  await put('user/fonts/own.ttf', 'x')
  await put('user/img/there.png', 'x')
  await put(
    'user/config/a.yml',
    `templates:
  t: {overlay: {name: "text(x)", font: gone-in-template.ttf}}
  u: {overlay: {name: <<overlay_name>>, file: <<file>>.png, font: "fonts/<<font>>.ttf"}}
overlays:
  named: {plex_all: true}
  What?: {plex_all: true}
  gone: {plex_all: true}
  by text: {overlay: named}
  uses template: {template: {name: t}}
  own image: {overlay: {name: x, file: img/there.png}}
  no image: {overlay: {name: x, file: img/gone.png}}
  default image: {overlay: {name: x, default: 4K}}
  no default image: {overlay: {name: x, pmm: overlays/images/5K}}
  from afar: {overlay: {name: x, url: "http://x/y.png"}}
  text 1: {overlay: {name: "text(a)", font: fonts/own.ttf}}
  text 2: {overlay: {name: "text(a)", font: fonts/Roboto-Medium.ttf}}
  text 3: {overlay: {name: "text(a)", font: Roboto-Medium.ttf}}
  text 4: {overlay: {name: "text(a)", font: System.ttf}}
  text 5: {overlay: {name: "text(a)", font: fonts/gone.ttf}}
  blurred: {overlay: {name: blur(50)}}
  backdrop: {overlay: {name: backdrop, back_color: "#000"}}
`,
  )
  expect(
    await check(
      '[{file: config/a.yml, template_variables: {font: gone1.ttf, rating1_font: System.ttf, rating2_font: gone2.ttf, file: img/gone2.png, text: anything}}]',
      ', template_variables: {font: gone3.ttf}',
    ),
  ).toEqual([
    '"Movies": file: config/a.yml: gone: there is no image "DIR/user/config/overlays/gone.png"',
    '"Movies": file: config/a.yml: no image: there is no image "img/gone.png"',
    '"Movies": file: config/a.yml: no default image: Kometa has no image "overlays/images/5K"',
    '"Movies": file: config/a.yml: text 5: there is no font "fonts/gone.ttf"',
    '"Movies": file: config/a.yml: template t: there is no font "gone-in-template.ttf"',
    '"Movies": file: config/a.yml: font: there is no font "gone1.ttf"',
    '"Movies": file: config/a.yml: rating2_font: there is no font "gone2.ttf"',
    '"Movies": file: config/a.yml: file: there is no file "img/gone2.png"',
    '"Movies": font: there is no font "gone3.ttf"',
  ])
})

describe('errors', () => {
  test('no overlay file of a library with a target can be loaded', async () => {
    expect(await failure(check('[{file: config/gone.yml}, {default: nothing}]'))).toBe(
      'OVERLAY_FILES_MISSING: No overlay file of the library "Movies" can be loaded: "Movies": file: config/gone.yml: there is no such file',
    )
  })

  test('a removal needs no file', async () => {
    expect(await check('[{file: config/gone.yml}]', ', remove_overlays: true')).toHaveLength(1)
  })

  test('a library without overlay files', async () => {
    expect(await failure(check('[]'))).toBe('CONFIG_NO_OVERLAYS: The library "Movies" has no overlay_files')
  })

  test('an unknown secret in a library', async () => {
    expect(await failure(check('[{file: "<<place>>/a.yml"}]'))).toBe(
      'SECRET_UNRESOLVED: There is no value for <<place>> in libraries.Movies.overlay_files.0.file',
    )
  })
})
