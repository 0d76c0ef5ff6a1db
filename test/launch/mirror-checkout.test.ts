import { spawnSync } from 'node:child_process'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeDefaultConfig } from '../../src/config/workspace/default-config.ts'
import { createLocalPython } from '../../src/kometa/install/ask-python.ts'
import { linkBytecode } from '../../src/kometa/launch/bytecode.ts'
import { type CheckoutMirror, mirrorCheckout } from '../../src/kometa/launch/mirror-checkout.ts'
import { folderState } from '../kometa/user-folder.ts'
import { text, writeCheckout } from './checkout.ts'

const windows = process.platform === 'win32'
const python = windows
  ? ''
  : (spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout?.trim() ?? '')

let dir = ''
let checkout = ''
let to = ''
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mirror-'))
  checkout = writeCheckout(join(dir, 'kometa'))
  to = join(dir, 'workspace', 'kometa')
  const configDir = join(dir, 'workspace', 'config')
  await makeDefaultConfig(to, { runConfigText: 'the run config\n', clientIdentifier: 'ours', configDir })
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Runs kometa.py of the mirror, which stays in the workspace whatever its links point to. */
function start(script: string, env: Record<string, string> = {}) {
  writeFileSync(join(to, 'kometa.py'), script)
  const done = spawnSync(python, [join(to, 'kometa.py')], { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' })
  return `${done.stdout}${done.stderr}`.trim()
}

describe('the mirror of a checkout', () => {
  test('looks like the checkout, except that nothing of the user’s is in its config folder', async () => {
    await mirrorCheckout(checkout, to)
    const names = ['PART', 'VERSION', 'config', 'defaults', 'fonts', 'kometa.py', 'modules', 'requirements.txt']
    expect(readdirSync(to).sort()).toEqual(names)
    expect(text(to, 'defaults/overlays/resolution.yml')).toBe('overlays: {}\n')
    expect(readdirSync(join(to, 'config')).sort()).toEqual(['UUID', 'config.yml', 'logs', 'overlays'])
    expect(text(to, 'config/config.yml')).toBe('the run config\n')
    expect(text(to, 'config/UUID')).toBe('ours')
  })

  test('a run without arguments logs and draws as usual', async () => {
    writeFileSync(join(to, 'config', 'logs', 'meta.log'), 'said')
    expect(text(dir, 'workspace/config/logs/meta.log')).toBe('said')
    writeFileSync(join(to, 'config', 'overlays', 'one.png'), 'drawn')
    expect(text(dir, 'workspace/config/overlays/one.png')).toBe('drawn')
  })

  test('kometa.py is a copy, modules are links in our folders, and the user’s bytecode is left out', async () => {
    const mirror = await mirrorCheckout(checkout, to)
    expect(lstatSync(join(to, 'kometa.py')).isFile()).toBe(true)
    expect(lstatSync(join(to, 'modules')).isDirectory()).toBe(true)
    expect(lstatSync(join(to, 'modules', 'hello.py')).isSymbolicLink()).toBe(!windows)
    expect(readdirSync(join(to, 'modules')).sort()).toEqual(['hello.py', 'inner'])
    expect([...mirror.codeFolders].sort()).toEqual(['modules', join('modules', 'inner')])
  })

  test.skipIf(windows)('a kometa.py that is a link has its modules beside its target', async () => {
    const linked = join(dir, 'linked')
    mkdirSync(join(linked, 'config'), { recursive: true })
    symlinkSync(join(checkout, 'kometa.py'), join(linked, 'kometa.py'))
    writeFileSync(join(linked, 'VERSION'), 'another\n')
    await mirrorCheckout(linked, to)
    expect(lstatSync(join(to, 'kometa.py')).isFile()).toBe(true)
    expect(text(to, 'modules/hello.py')).toBe('print("hello")\n')
  })

  test.skipIf(python === '')('Python finds everything in the mirror and nothing in the checkout', async () => {
    await mirrorCheckout(checkout, to)
    const said = start('import os, sys, modules.hello as m; print(sys.path[0], os.path.abspath(__file__), m.__file__)')
    expect(said).toContain('hello')
    expect(said).not.toContain(checkout)
    expect(said).toContain(`${join(to, 'modules', 'hello.py')}`)
  })
})

describe.skipIf(python === '')('bytecode', () => {
  const folder = () => join(dir, 'data', 'bytecode')
  const mirrored = async (): Promise<CheckoutMirror> => {
    rmSync(join(to, 'modules'), { recursive: true, force: true })
    rmSync(join(to, 'kometa.py'), { force: true })
    return mirrorCheckout(checkout, to)
  }
  const link = async (more: { python?: string } = {}) => {
    const askPython = createLocalPython({ python, dir: checkout, home: dir, env: process.env })
    const { compiling } = await linkBytecode({
      dir: to,
      mirror: await mirrored(),
      folder: folder(),
      python,
      askPython,
      ...more,
    })
    await compiling
  }
  const compiledIn = (cache: string) => readdirSync(cache).filter((name) => name.endsWith('.pyc'))
  const used = () =>
    start('import modules.hello as m; print(m.__cached__, m.__spec__.loader.get_code("modules.hello").co_filename)')

  test('is compiled once for each state of a checkout, in our folder, and Kometa uses it', async () => {
    const before = await folderState(checkout)
    await link()
    expect(readdirSync(join(to, 'modules')).sort()).toEqual(['hello.py', 'inner'])
    await link()
    const cache = join(to, 'modules', '__pycache__')
    expect(compiledIn(cache)).toEqual([expect.stringMatching(/^hello\.\w+-\d+\.pyc$/)])
    // The bytecode's content is what runs: Python itself does not notice a source of the same length and time.
    const [name = ''] = readdirSync(folder())
    const hello = join(checkout, 'modules', 'hello.py')
    const { mtime, atime } = lstatSync(hello)
    writeFileSync(hello, 'print("HELLO")\n')
    utimesSync(hello, atime, mtime)
    expect(used()).toContain(`hello\n${cache}`)
    expect(readdirSync(folder())).toEqual([name])
    const own = { './modules/hello.py': '' }
    expect({ ...(await folderState(checkout)), ...own }).toEqual({ ...before, ...own })
  })

  test('a changed file or another interpreter is a new state', async () => {
    await link()
    writeFileSync(join(checkout, 'modules', 'hello.py'), 'print("changed")\n')
    await link()
    expect(readdirSync(folder())).toHaveLength(2)
    await link()
    expect(used()).toContain('changed')
    await link({ python: '/another/python3' })
    expect(readdirSync(folder())).toHaveLength(3)
  })

  test('the last few used ones are kept', async () => {
    for (let at = 1; at <= 8; at++) {
      writeFileSync(join(checkout, 'modules', 'hello.py'), `print(${10 ** at})\n`)
      await link()
    }
    expect(readdirSync(folder())).toHaveLength(6)
  })

  test('a file that does not compile is left to Kometa, and the others are compiled', async () => {
    writeFileSync(join(checkout, 'modules', 'broken.py'), 'def\n')
    await link()
    await link()
    expect(compiledIn(join(to, 'modules', '__pycache__'))).toHaveLength(1)
    expect(start('import modules.broken')).toContain('SyntaxError')
  })

  test('a failure is explained and leaves nothing behind', async () => {
    const askPython = () => Promise.reject(new Error('no answer in 60 s'))
    const { compiling } = await linkBytecode({ dir: to, mirror: await mirrored(), folder: folder(), python, askPython })
    await expect(compiling).rejects.toThrow('no answer in 60 s')
    expect(readdirSync(folder())).toEqual([])
  })
})
