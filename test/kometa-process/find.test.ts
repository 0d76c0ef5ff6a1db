import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../src/contract/errors.ts'
import { findKometa } from '../../src/kometa/install/find.ts'
import { checkRequirements } from '../../src/kometa/install/requirements.ts'
import { kometaArgs, kometaVariables } from '../../src/kometa/process/arguments.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-kometa-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const windows = process.platform === 'win32'
const python3 =
  !windows && spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']).status === 0
function put(path: string, text = '', mode = 0o644): string {
  const full = join(folder, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, text)
  chmodSync(full, mode)
  return full
}
/** Makes a checkout with an interpreter beside it. */
function checkout(version: string, part = ''): { dir: string; python: string } {
  put('kometa/kometa.py')
  put('kometa/VERSION', `${version}\n`)
  put('kometa/PART', `${part}\n`)
  return { dir: join(folder, 'kometa'), python: put(windows ? 'bin/python3.exe' : 'bin/python3', '#!/bin/sh\n', 0o755) }
}
async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw new Error(`expected an AppError, got ${String(error)}`)
  return error
}

describe('the checkout', () => {
  test('is found by --kometa or KOMETA_HOME, as a folder or as kometa.py', async () => {
    const { dir, python } = checkout('2.4.4')
    const found = { dir, python, version: '2.4.4', part: '', commit: null, supported: true }
    const byOption = { ...found, origin: '--kometa' }
    expect(await findKometa({ dir, python, env: {} })).toEqual(byOption)
    expect(await findKometa({ python, env: { KOMETA_HOME: dir } })).toEqual({ ...found, origin: 'KOMETA_HOME' })
    expect(await findKometa({ dir: join(dir, 'kometa.py'), python, env: { KOMETA_HOME: '/elsewhere' } })).toEqual(
      byOption,
    )
  })

  test.each([
    ['2.4.0', '', true, '2.4.0'],
    ['2.4.5-build12', '', true, '2.4.5-build12'],
    ['2.4.4', '3', true, '2.4.4.3'],
    ['2.5.0', '', true, '2.5.0'],
    ['2.5.1-build3', '', true, '2.5.1-build3'],
    ['2.3.1', '', false, '2.3.1'],
    ['2.6.0', '', false, '2.6.0'],
  ])('version %s%s', async (version, part, supported, shown) => {
    const found = await findKometa({ ...checkout(version, part), env: {} })
    expect(found).toMatchObject({ version: shown, supported })
    expect(found.warning === undefined).toBe(supported)
  })

  test.each([
    ['2.0.2', /older than 2.4 or 2.5: its log names no item/],
    ['2.2.0', /its log names no item/],
    ['2.2.1', /older than 2.4 or 2.5: the pictures are still its own/],
    ['2.3.1', /the pictures are still its own/],
    ['2.6.0', /newer than 2.4 or 2.5/],
  ])(
    'version %s runs with a note about the differences, which does not call anything incomplete',
    async (version, words) => {
      const { warning = '' } = await findKometa({ ...checkout(version), env: {} })
      expect(warning).toMatch(words)
      expect(warning).not.toMatch(/incomplete/)
    },
  )

  test.each(['1.21.1', '3.0.0', '', 'Unknown'])('version %s is refused', async (version) => {
    expect((await failure(findKometa({ ...checkout(version), env: {} }))).code).toBe('KOMETA_UNSUPPORTED')
  })
})

describe('what is read of a checkout', () => {
  test('a wrong path is explained', async () => {
    expect(await failure(findKometa({ env: {} }))).toMatchObject({
      code: 'KOMETA_NOT_FOUND',
      hint: expect.stringContaining('--kometa'),
    })
    const nowhere = join(folder, 'nowhere')
    expect((await failure(findKometa({ dir: nowhere, env: {} }))).message).toBe(`${nowhere} (--kometa) does not exist.`)
    expect((await failure(findKometa({ env: { KOMETA_HOME: folder } }))).message).toBe(
      `${folder} (KOMETA_HOME) holds no kometa.py.`,
    )
    put('old/plex_meta_manager.py')
    expect((await failure(findKometa({ dir: join(folder, 'old'), env: {} }))).code).toBe('KOMETA_UNSUPPORTED')
  })

  test('its commit is read without git', async () => {
    const { dir, python } = checkout('2.4.4')
    const [first, second, third] = ['1', '2', '3'].map((digit) => digit.repeat(40))
    const commit = async () => (await findKometa({ dir, python, env: {} })).commit
    put('kometa/.git/HEAD', `${first}\n`)
    expect(await commit()).toBe(first)
    put('kometa/.git/HEAD', 'ref: refs/heads/develop\n')
    expect(await commit()).toBeNull()
    put(
      'kometa/.git/packed-refs',
      `# pack-refs with: peeled\n${second} refs/heads/develop\n^${first}\n${first} refs/heads/x/develop\n`,
    )
    expect(await commit()).toBe(second)
    put('kometa/.git/refs/heads/develop', `${third}\n`)
    expect(await commit()).toBe(third)
    rmSync(join(dir, '.git'), { recursive: true })
    put('main/.git/worktrees/k/HEAD', 'ref: refs/heads/tree\n')
    put('main/.git/worktrees/k/commondir', '../..\n')
    put('main/.git/refs/heads/tree', `${second}\n`)
    put('kometa/.git', `gitdir: ${join(folder, 'main/.git/worktrees/k')}\n`)
    expect(await commit()).toBe(second)
  })
})

describe('the interpreter', () => {
  test('is --python, KOMETA_PYTHON, a virtual environment in the checkout, or python3 from PATH', async () => {
    const { dir, python } = checkout('2.4.4')
    const env = { PATH: join(folder, 'bin') }
    const found = async (options: object) => (await findKometa({ dir, env, ...options })).python
    const other = put('other/python', '', 0o755)
    if (!windows) expect(await found({})).toBe(python)
    const venv = put(windows ? 'kometa/venv/Scripts/python.exe' : 'kometa/venv/bin/python', '', 0o755)
    expect(await found({})).toBe(venv)
    expect(await found({ env: { ...env, KOMETA_PYTHON: other } })).toBe(other)
    expect(await found({ python: windows ? 'python3.exe' : 'python3', env: { ...env, KOMETA_PYTHON: other } })).toBe(
      python,
    )
  })

  test('is named in the error when it does not exist', async () => {
    const { dir } = checkout('2.4.4')
    expect(await failure(findKometa({ dir, python: '/no/python', env: {} }))).toMatchObject({
      code: 'PYTHON_NOT_FOUND',
      message: expect.stringContaining('(--python)'),
    })
    expect((await failure(findKometa({ dir, env: { PATH: folder } }))).code).toBe('PYTHON_NOT_FOUND')
  })
})

test('Kometa gets exactly these arguments', () => {
  expect(kometaArgs('/kometa', '/w/config/kometa_run.yml').join(' ').replaceAll('\\', '/')).toBe(
    '/kometa/kometa.py --config /w/config/kometa_run.yml --run --overlays-only --ignore-schedules ' +
      '--read-only-config --no-report --no-missing --no-countdown',
  )
})

test('each argument is also set as a variable', () => {
  const [, , ...words] = kometaArgs('/kometa', '/w/kometa_run.yml')
  const flags = words.filter((word) => word.startsWith('--') && word !== '--config')
  const named = flags.map((flag) => [`KOMETA_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`, 'true'])
  expect(kometaVariables('/w/kometa_run.yml')).toEqual({
    KOMETA_CONFIG: '/w/kometa_run.yml',
    ...Object.fromEntries(named),
  })
})

const { env } = process
async function install(requirements: string) {
  const { dir } = checkout('2.4.4')
  put('kometa/requirements.txt', requirements)
  return findKometa({ dir, env })
}
const memory = () => join(folder, 'data', 'requirements.json')
const prepare = () => mkdirSync(join(folder, 'data'), { recursive: true })

// Skipped where there is no python3 that Kometa could use.
describe.skipIf(!python3)('the requirements, with the machine’s own python3', () => {
  test('missing packages are named with the command that installs them', async () => {
    prepare()
    const found = await install(
      [
        '# comment\n\nno-such-package==1.0',
        "No.Such_Other>=2; sys_platform == 'linux' or sys_platform == 'darwin'",
        "pywin32==312; sys_platform == 'win32'\njson==1\nGitPython==99\n",
      ].join('\n'),
    )
    const error = await failure(checkRequirements(found, memory(), env))
    expect(error).toMatchObject({
      code: 'KOMETA_REQUIREMENTS',
      message: expect.stringMatching(/missing no-such-package, No\.Such_Other\.$/),
      hint: expect.stringContaining('-m pip install -r'),
      details: [expect.stringMatching(/^no-such-package: ModuleNotFoundError/), expect.any(String)],
    })
  })

  test('GitPython without a git program is not missing, as Kometa itself does not miss it', async () => {
    prepare()
    const needsGit = [
      'import os',
      'if os.environ.get("GIT_PYTHON_REFRESH") != "quiet":',
      '    raise ImportError("Bad git executable.\\nThe git executable must be specified")',
    ]
    put('packages/git/__init__.py', `${needsGit.join('\n')}\n`)
    const found = await install('GitPython==3.1.46\n')
    const quiet = { ...env, PYTHONPATH: join(folder, 'packages') }
    expect(await checkRequirements(found, memory(), quiet)).toMatchObject({ warnings: [] })
  })

  test('of an import error of many lines, the first line is told', async () => {
    prepare()
    put('packages/json5/__init__.py', 'raise ImportError("first line\\nsecond line\\nthird line")\n')
    const found = await install('json5\n')
    const broken = { ...env, PYTHONPATH: join(folder, 'packages') }
    const error = await failure(checkRequirements(found, memory(), broken))
    expect(error.details).toEqual(['json5: ImportError: first line'])
  })

  test('a successful check is remembered until requirements.txt or the interpreter changes', async () => {
    prepare()
    const found = await install('json\n')
    // Our own interpreter, so that its time can be changed. It is a shim like pyenv's.
    const python = put('shim', `#!/bin/sh\nexec "${found.python}" "$@"\n`, 0o755)
    const mine = { ...found, python }
    const check = async () => (await checkRequirements(mine, memory(), env)).remembered
    expect([await check(), await check()]).toEqual([false, true])
    const requirements = put('kometa/requirements.txt', 'json\nno-such-package\n')
    utimesSync(requirements, 1, 1)
    expect((await failure(check())).code).toBe('KOMETA_REQUIREMENTS')
    put('kometa/requirements.txt', 'json\n')
    expect([await check(), await check()]).toEqual([false, true])
    utimesSync(python, 5, 5)
    expect([await check(), await check()]).toEqual([false, true])
    expect((await checkRequirements(mine, memory(), env)).executable).not.toBe(python)
    writeFileSync(memory(), '{"half')
    expect([await check(), await check()]).toEqual([false, true])
  })

  test.skipIf(windows)(
    'a package whose failed import this version does not catch is required, others are optional',
    async () => {
      prepare()
      const { dir } = checkout('2.4.5')
      put('kometa/requirements.txt', 'letterboxdpy==1.0\n')
      const module = (text: string) => put('kometa/modules/letterboxd.py', text)
      const check = () => checkRequirements({ dir, python: 'python3', version: '2.4.5' }, memory(), process.env)
      module('try:\n    from letterboxdpy.user import User\nexcept ImportError:\n    User = None\n')
      expect((await check()).warnings).toEqual([expect.stringContaining('letterboxdpy')])
      rmSync(memory(), { force: true })
      module('import os\nfrom letterboxdpy.user import User\n')
      expect(await failure(check())).toMatchObject({
        code: 'KOMETA_REQUIREMENTS',
        message: expect.stringContaining('missing letterboxdpy'),
      })
    },
  )
})

describe.skipIf(!python3)('an interpreter that does not fit', () => {
  test('a program that is not Python is reported', async () => {
    prepare()
    const found = await install('json\n')
    const liar = put('liar', '#!/bin/sh\necho hello\n', 0o755)
    expect((await failure(checkRequirements({ ...found, python: liar }, memory(), env))).code).toBe('PYTHON_NOT_FOUND')
    const broken = put('broken', '#!/bin/sh\necho cannot start >&2\nexit 3\n', 0o755)
    expect((await failure(checkRequirements({ ...found, python: broken }, memory(), env))).message).toContain(
      'cannot start',
    )
    const answer = '{"python":[3,9,2],"missing":[],"executable":"/x","optional":[],"packages":null,"userBase":null}'
    const old = put('old', `#!/bin/sh\necho '${answer}'\n`, 0o755)
    expect((await failure(checkRequirements({ ...found, python: old }, memory(), env))).message).toMatch(
      /is Python 3\.9\.2; Kometa needs 3\.10/,
    )
  })

  test('Python 3.14 with a Kometa before 2.5.0 is refused, even after an earlier check', async () => {
    prepare()
    const found = await install('json\n')
    const answer = '{"python":[3,14,0],"missing":[],"executable":"/x","optional":[],"packages":null,"userBase":null}'
    const python = put('python3.14', `#!/bin/sh\necho '${answer}'\n`, 0o755)
    const newer = { ...found, python, version: '2.5.0' }
    expect(await checkRequirements(newer, memory(), env)).toMatchObject({ python: '3.14.0' })
    for (const version of ['2.4.4', '2.4.4-build33']) {
      const error = await failure(checkRequirements({ ...newer, version }, memory(), env))
      expect(error).toMatchObject({
        code: 'KOMETA_REQUIREMENTS',
        message: expect.stringContaining(`Kometa ${version} loses its arguments on Python 3.14.0 (${python})`),
        hint: expect.stringContaining('Python 3.10 to 3.13'),
      })
    }
  })
})
