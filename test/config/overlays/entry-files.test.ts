import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findDefinitionFile } from '../../../src/config/overlays/definition-file.ts'
import { candidatePaths, findEntryFiles } from '../../../src/config/overlays/entry-files.ts'
import { checkLibraries } from '../../../src/config/overlays/overlay-check.ts'
import { overlayEntries } from '../../../src/config/overlays/overlay-entries.ts'
import { everywhere } from '../../../src/config/reach/reach.ts'
import { loadJobConfig } from '../../../src/config/read/user-config.ts'
import { highestFolder } from '../../../src/config/workspace/highest-folder.ts'
import { listUsedFiles } from '../../../src/config/workspace/used-files.ts'
import { parseYaml } from '../../../src/config/yaml/yaml-read.ts'
import { kometaPython, runPython } from '../python.ts'

const kometaHome = process.env.KOMETA_HOME
const image = 'overlays: {Far: {plex_all: true, overlay: {name: x, file: ../images/a.png}}}\n'

let dir = ''
beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'entry-files-')))
  for (const name of ['ov.yml', 'both.yml', 'both.yaml', 'bare', 'bare.yml', 'only.yaml', 'UPPER.YML', 'UPPER.YML.yml'])
    await put(`user/config/${name}`)
  for (const name of ['b.yml', 'a.yaml', '.hidden.yml', 'c.YML', 'notes.txt']) await put(`user/folder/${name}`)
  for (const name of ['[x]/in.yml', '~/home.yml', 'resolution.yml']) await put(`user/${name}`)
  await mkdir(join(dir, 'user/config/dir'))
  await put('user/config/dir.yml')
  await put('images/a.png')
  for (const name of ['resolution.yml', 'movie/deep.yml', 'swapped.yml'])
    await put(`kometa/defaults/overlays/${name}`, 'overlays: {4K: {plex_all: true}}\n')
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function put(path: string, text = image): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true })
  await writeFile(join(dir, path), text)
}

/** An entry of overlay_files and the files that it means. DIR is the folder of the test. */
const entries: readonly (readonly [entry: string, files: readonly string[]])[] = [
  ['file: config/ov.yaml', ['user/config/ov.yml']],
  ['file: config/ov.yml', ['user/config/ov.yml']],
  ['file: config/ov', ['user/config/ov.yml']],
  ['file: config/only.yml', ['user/config/only.yaml']],
  ['file: config/only', ['user/config/only.yaml']],
  ['file: config/both', ['user/config/both.yml']],
  ['file: config/both.yaml', ['user/config/both.yaml']],
  ['file: config/UPPER.YML', ['user/config/UPPER.YML.yml']],
  ['file: config/dir', ['user/config/dir.yml']],
  ['file: DIR/user/config/ov.yaml', ['user/config/ov.yml']],
  ['file: ~/home.yaml', ['user/~/home.yml']],
  ['file: /config/ov.yml', []],
  ['file: config/gone', []],
  ['config/ov.yml', ['user/config/ov.yml']],
  ['config/bare', ['user/config/bare.yml']],
  // A bare path must be there as it is written.
  ['config/ov.yaml', []],
  ['config/ov', []],
  ['config/dir', ['user/config/dir.yml']],
  ['folder: folder', ['user/folder/a.yaml', 'user/folder/b.yml']],
  ['folder: folder/', ['user/folder/a.yaml', 'user/folder/b.yml']],
  ['folder: "[x]"', ['user/[x]/in.yml']],
  ['folder: config/ov.yml', []],
  ['default: resolution', ['kometa/defaults/overlays/resolution.yml']],
  ['default: overlays/resolution', ['kometa/defaults/overlays/resolution.yml']],
  ['pmm: resolution', ['kometa/defaults/overlays/resolution.yml']],
  ['git: PMM/resolution', ['kometa/defaults/overlays/resolution.yml']],
  ['default: deep', ['kometa/defaults/overlays/movie/deep.yml']],
  // Kometa exchanges the ending of a path only, and treats a default that it does not have as a path.
  ['default: swapped.yaml', []],
  ['default: config/ov.yaml', ['user/config/ov.yml']],
  ['default: DIR/user/config/ov', ['user/config/ov.yml']],
  ['url: https://example.org/ov.yml', []],
  ['git: somebody/ov', []],
  ['repo: ov', []],
  ['{file: config/ov.yaml, schedule: never, template_variables: {a: b}}', ['user/config/ov.yml']],
  ['{file: config/ov.yaml, folder: folder}', ['user/config/ov.yml', 'user/folder/a.yaml', 'user/folder/b.yml']],
]

const textOfEntry = (entry: string): string => entry.replace('DIR', dir)
const places = () => ({ kometaCwd: join(dir, 'user'), reach: everywhere })
const entriesOf = (entry: string) => overlayEntries(parseYaml(`- ${textOfEntry(entry)}\n`, 'entry'))

describe('the files that an entry means', () => {
  test.each(entries)('%s', async (entry, files) => {
    const found = await Promise.all(entriesOf(entry).map((each) => findEntryFiles(each, places(), join(dir, 'kometa'))))
    expect(found.flat().map(inDir).sort()).toEqual(files)
  })

  test('a folder has its .yml files before its .yaml files', async () => {
    const [folder] = entriesOf('folder: folder')
    expect((folder ? await findEntryFiles(folder, places(), null) : []).map(inDir)).toEqual([
      'user/folder/b.yml',
      'user/folder/a.yaml',
    ])
  })

  test('lists the paths at which a file may appear', () => {
    const [file] = entriesOf('file: config/new')
    const [path] = entriesOf('config/new')
    expect(file && candidatePaths(file, places()).map(inDir)).toEqual(['user/config/new.yml', 'user/config/new.yaml'])
    expect(path && candidatePaths(path, places()).map(inDir)).toEqual([
      'user/config/new',
      'user/config/new.yml',
      'user/config/new.yaml',
    ])
  })
})

const inDir = (path: string): string => relative(dir, path)

describe.skipIf(!kometaHome || !kometaPython)("Kometa's own code (needs KOMETA_HOME and KOMETA_PYTHON)", () => {
  test('finds the same files', async () => {
    await put('kometa/modules/.keep')
    const told = runPython(askKometa, {
      ...{ kometa: kometaHome, checkout: join(dir, 'kometa'), cwd: join(dir, 'user') },
      lists: entries.map(([entry]) => textOfEntry(entry)),
    })
    const files = (told as string[][]).map((each) => each.map(inDir).sort())
    expect(files).toEqual(entries.map(([, each]) => each))
  })
})

/**
 * Kometa's load_files and load_file, up to the point at which they open a file. `__file__` decides where they look
 * for defaults.
 */
const askKometa = `
import json, os, sys, types
sys.dont_write_bytecode = True
given = json.load(sys.stdin)
sys.path.insert(0, given["kometa"])
class Quiet:
    def __getattr__(self, name): return lambda *a, **k: None
from modules import util
util.logger = Quiet()
from modules import builder, meta
meta.__file__ = os.path.join(given["checkout"], "modules", "meta.py")
import ruamel.yaml
os.chdir(given["cwd"])
class Opened(Exception): pass
class Fetched(Exception): pass
class Requests:
    def file_yaml(self, path, check_empty=False): raise Opened(path)
    def get_yaml(self, path, check_empty=False): raise Fetched(path)
loader = object.__new__(meta.DataFile)
loader.config = types.SimpleNamespace(
    Requests=Requests(), custom_repo="https://example.org/",
    GitHub=types.SimpleNamespace(configs_url="https://example.org/", images_raw_url="https://example.org/"),
)
loader.library = types.SimpleNamespace(type="Movie")
answers = []
for text in given["lists"]:
    files, _ = util.load_files(ruamel.yaml.YAML().load("- " + text + "\\n"), "overlay_files")
    opened = []
    for file_type, path, _, _ in files:
        try: loader.load_file(file_type, path, overlay=True)
        except Opened as error: opened.append(str(error))
        except (Fetched, util.Failed): pass
    answers.append(opened)
print(json.dumps(answers))
`

describe('file: config/ov.yaml where ov.yml is on disk, for each module that asks', () => {
  const load = async (entry: string) => {
    await put(
      'user/config/config.yml',
      `plex: {url: "http://a:1", token: t}\nlibraries:\n  Movies: {overlay_files: [${textOfEntry(entry)}]}\n`,
    )
    return loadJobConfig({ kind: 'config', configPath: join(dir, 'user/config/config.yml') }, { env: {} })
  }

  test.each(['{file: config/ov.yaml}', '{default: config/ov.yaml}', '{file: config/templated.yaml}'])(
    'check, workspace and watch: %s',
    async (entry) => {
      await put(
        'user/config/templated.yml',
        'external_templates: {file: more/t.yaml}\noverlays: {A: {plex_all: true}}\n',
      )
      await put('user/more/t.yml', 'templates: {t: {overlay: {name: x, file: ../images/a.png}}}\n')
      const config = await load(entry)
      const kometaDir = join(dir, 'kometa')
      const missing = (await checkLibraries(config, { libraries: ['Movies'], kometaDir, env: {} })).filter((warning) =>
        warning.includes('no such file'),
      )
      expect(missing).toEqual([])
      expect(inDir(await highestFolder(config))).toBe('')
      const used = (await listUsedFiles(config, kometaDir)).files.map(inDir)
      const name = entry.includes('templated') ? 'templated' : 'ov'
      expect(used).toEqual(
        expect.arrayContaining([`user/config/${name}.yml`, `user/config/${name}.yaml`, 'images/a.png']),
      )
    },
  )

  test('names the file of a definition', async () => {
    expect(await findDefinitionFile(await load('{file: config/ov.yaml}'), 'Movies', 'Far')).toBe('config/ov.yaml')
  })

  test('checks a default that is a file of the user like such a file', async () => {
    await put('user/config/empty.yml', 'templates: {}\n')
    const config = await load('{default: config/empty}, {file: config/ov}')
    expect(await checkLibraries(config, { libraries: ['Movies'], kometaDir: join(dir, 'kometa'), env: {} })).toContain(
      '"Movies": default: config/empty: it has no "overlays"',
    )
  })
})
