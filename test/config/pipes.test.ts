import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkLibraries } from '../../src/config/overlays/overlay-check.ts'
import { readKometaEnv } from '../../src/config/read/environment/kometa-env.ts'
import { loadConfirmedConfig, loadJobConfig } from '../../src/config/read/user-config.ts'
import { highestFolder } from '../../src/config/workspace/highest-folder.ts'
import { listUsedFiles } from '../../src/config/workspace/used-files.ts'
import { userProxyAgent } from '../../src/gate/user-proxy-agent.ts'
import { findKometa } from '../../src/kometa/install/find.ts'
import { readGitCommit } from '../../src/kometa/install/git-commit.ts'
import { mirrorCheckout } from '../../src/kometa/launch/mirror-checkout.ts'
import { type PythonProgram, readPythonProgram } from '../../src/kometa/python/python-program.ts'
import { readFileStates } from '../../src/run/watch/file-states.ts'
import { readConfigText } from '../../src/server/connect/read-config-text.ts'
import { NotPlain, readPlainFile, TooLarge } from '../../src/util/files/plain-file.ts'
import { writeCheckout } from '../launch/checkout.ts'

/** A pipe without a writer takes the place of a file of the user. A reader that opens it waits forever. */
const python = process.env.KOMETA_PYTHON || 'python3'
let dir: string
const at = (...names: string[]) => join(dir, ...names)
const configOf = (overlays: string) =>
  `plex: {url: http://127.0.0.1:9, token: abcdefghij}\ntmdb: {apikey: abc}\nlibraries: {Movies: {overlay_files: ${overlays}}}\n`

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pipes-'))
  await mkdir(at('folder'))
  await mkdir(at('git', '.git'), { recursive: true })
  await writeFile(at('good.yml'), 'overlays: {One: {plex_all: true, overlay: {name: blur(1)}}}\n')
  writeCheckout(at('Kometa'))
  await rm(at('Kometa', 'VERSION'))
  await rm(at('Kometa', 'config', '.env'))
  const pipes = [
    'config.yml',
    'overlays.yml',
    'folder/one.yml',
    'poster.png',
    'git/.git/HEAD',
    'cache',
    'requirements.txt',
  ]
  const ofKometa = ['VERSION', 'modules/pipe.py', 'config/.env', 'modules/request.py'].map((path) => `Kometa/${path}`)
  execFileSync(
    'mkfifo',
    [...pipes, ...ofKometa].map((path) => at(path)),
  )
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe.skipIf(process.platform === 'win32')('nobody waits for a pipe', () => {
  test('by the reader of files', async () => {
    await expect(readPlainFile(at('config.yml'), 9)).rejects.toThrow(NotPlain)
    await expect(readPlainFile('/dev/zero', 9)).rejects.toThrow(NotPlain)
    await expect(readPlainFile(at('folder'), 9)).rejects.toThrow(NotPlain)
    await expect(readPlainFile(at('good.yml'), 9)).rejects.toThrow(TooLarge)
    await expect(readPlainFile(at('missing'), 9)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(String(await readPlainFile(at('good.yml'), 999))).toContain('overlays')
  })

  test('by the watch, which knows a pipe by its time', async () => {
    const used = { files: [at('overlays.yml'), at('good.yml')], yamlFolders: [at('folder')], assetFolders: [dir] }
    const states = await readFileStates(used)
    expect([...states.keys()].sort()).toEqual(
      [at('folder', 'one.yml'), at('good.yml'), at('overlays.yml'), at('poster.png')].sort(),
    )
  })

  test('as the config', async () => {
    const load = loadJobConfig({ kind: 'config', configPath: at('config.yml') }, { env: {} })
    await expect(load).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' })
    await expect(readConfigText(at('config.yml'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(readConfigText(at('folder'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('as an overlay file, an image, or a file in a folder', async () => {
    const path = at('using.yml')
    await writeFile(path, configOf('[{file: good.yml}, {file: overlays.yml}, {folder: folder}]'))
    const config = await loadConfirmedConfig({ kind: 'config', configPath: path }, { env: {} })
    const warnings = await checkLibraries(config, { libraries: ['Movies'], kometaDir: null, env: {} })
    expect(warnings.filter((line) => line.endsWith('is not a file')).length).toBe(2)
    expect(await highestFolder(config)).toBe(dir)
    expect((await listUsedFiles(config, null)).files).toContain(at('overlays.yml'))
  })

  test("as a file of Kometa's", async () => {
    await expect(readKometaEnv({ env: {}, kometaDir: at('Kometa') })).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
    })
    expect(await readGitCommit(at('git'))).toBeNull()
    const found = findKometa({ dir: at('Kometa'), python, env: { PATH: process.env.PATH } })
    await expect(found).rejects.toMatchObject({ code: 'KOMETA_UNSUPPORTED' })
    await mkdir(at('mirror'))
    const { sources } = await mirrorCheckout(at('Kometa'), at('mirror'))
    expect(sources.map(({ name }) => name)).not.toContain(join('modules', 'pipe.py'))
    await userProxyAgent({ SSL_CERT_FILE: at('config.yml') }).close()
  })

  test('by our programs for Python', async () => {
    const run = async (program: PythonProgram, args: string[], input = '') =>
      spawnSync(python, ['-c', await readPythonProgram(program), ...args], {
        input,
        encoding: 'utf8',
        cwd: at('Kometa'),
      })
    expect((await run('check-requirements', [at('requirements.txt')])).stdout).toContain('"missing": []')
    const copied = await run('overlay-state', ['copy', at('cache'), at('copy')], '{}')
    expect(copied.stderr).toContain('it is no SQLite database')
    const read = await run('read-yaml', [], '[]')
    // Without ruamel.yaml it ends sooner.
    if (read.status === 0) expect(read.stdout).toContain('"own": false')
    else expect(read.stderr).toContain('ruamel')
  })
})
