import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepInReach, type ReachGuard } from '../../src/kometa/reach/keep-in-reach.ts'
import { writeCheckout } from './checkout.ts'

/** What Kometa on this machine can open, list and ask about if its config may not read everything. */
const python = process.env.KOMETA_PYTHON || 'python3'
let dir: string
let env: NodeJS.ProcessEnv
let guard: ReachGuard

/** Tries every way to a path that Python has, and reports the results without the path. */
const probe = `
import glob, io, json, multiprocessing, os, pathlib, shutil, sys, tempfile

def ways(path):
    one = pathlib.Path(path)
    return {
        "open": lambda: open(path).read(), "open bytes": lambda: open(os.fsencode(path)).read(),
        "io.open": lambda: io.open(path).read(), "FileIO": lambda: io.FileIO(path).read().decode(),
        "os.open": lambda: os.read(os.open(path, os.O_RDONLY), 9).decode(),
        "write": lambda: open(path, "r+").close(),
        "stat": lambda: bool(os.stat(path)), "lstat": lambda: bool(os.lstat(path)),
        "access": lambda: os.access(path, os.R_OK),
        "keyword": lambda: bool(os.stat(path=path)), "readlink": lambda: os.readlink(path),
        "exists": lambda: os.path.exists(path), "lexists": lambda: os.path.lexists(path),
        "isfile": lambda: os.path.isfile(path), "isdir": lambda: os.path.isdir(path),
        "islink": lambda: os.path.islink(path), "ismount": lambda: os.path.ismount(path),
        "size": lambda: os.path.getsize(path), "time": lambda: bool(os.path.getmtime(path)),
        "listdir": lambda: os.listdir(path), "scandir": lambda: [each.name for each in os.scandir(path)],
        "walk": lambda: [names for _, _, names in os.walk(path)], "chdir": lambda: os.chdir(path),
        "glob": lambda: glob.glob(path), "glob in": lambda: len(glob.glob(path + "/*")),
        "glob beside": lambda: len(glob.glob(path[:-1] + "?")),
        "Path.exists": lambda: one.exists(), "Path.is_file": lambda: one.is_file(), "Path.is_dir": lambda: one.is_dir(),
        "Path.read": lambda: one.read_text(), "Path.iterdir": lambda: len(list(one.iterdir())),
        "Path.glob": lambda: len(list(one.glob("*"))),
        "copy": lambda: bool(shutil.copy(path, os.path.join(os.environ["HOME"], "copy"))),
    }

def told(path):
    found = {}
    for name, way in ways(path).items():
        try:
            found[name] = way()
        except Exception as error:
            found[name] = [type(error).__name__, getattr(error, "errno", None), str(error).replace(path, "PATH")]
    return found

def in_child(method, path):
    with multiprocessing.get_context(method).Pool(1) as pool:
        return pool.apply(told, (path,))

if __name__ == "__main__":
    method, paths = sys.argv[1], sys.argv[2:]
    answer = told if method == "here" else lambda path: in_child(method, path)
    print(json.dumps([answer(path) for path in paths]))
`

beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'keep-in-reach-')))
  const checkout = writeCheckout(join(dir, 'Kometa'))
  const files = [
    'outside/file.yml',
    'outside/folder/x.png',
    'allowed/file.yml',
    'allowed/folder/x.png',
    'allowed/closed/x',
  ]
  for (const path of [...files, 'ws/home/x', 'ws/kometa/x']) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), 'content')
  }
  await symlink(join(dir, 'outside', 'file.yml'), join(dir, 'allowed', 'link.yml'))
  await symlink(join(dir, 'outside', 'folder'), join(dir, 'allowed', 'linked'))
  await symlink(join(dir, 'outside', 'nothing'), join(dir, 'allowed', 'dangling'))
  await writeFile(join(dir, 'ws', 'kometa', 'probe.py'), probe)
  const own = join(dir, 'own-sitecustomize')
  await mkdir(own)
  await writeFile(join(own, 'sitecustomize.py'), 'import sys\nsys.loaded_too = True\n')
  guard = await keepInReach(
    [
      { folder: join(dir, 'allowed'), except: [join(dir, 'allowed', 'closed')] },
      { folder: checkout, except: [join(checkout, 'config')] },
    ],
    { dir: join(dir, 'ws'), home: join(dir, 'ws', 'home'), kometaDir: join(dir, 'ws', 'kometa') },
    { dir: checkout, bytecodeDir: join(dir, 'bytecode'), askPython: undefined },
    own,
  )
  env = { PATH: process.env.PATH, HOME: join(dir, 'ws', 'home'), ...guard.env }
})
afterAll(() => rm(dir, { recursive: true, force: true }))

function run(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const cwd = join(dir, 'ws', 'home')
  return spawnSync(python, [...args], { cwd, env: { ...env, ...more }, encoding: 'utf8' })
}
function told(method: string, paths: readonly string[]): Record<string, unknown>[] {
  const { stdout, stderr } = run([
    join(dir, 'ws', 'kometa', 'probe.py'),
    method,
    ...paths.map((path) => join(dir, path)),
  ])
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

test.each(['here', 'fork', 'spawn', 'forkserver'])(
  'outside files look missing in a process started by %s',
  (method) => {
    const [missing, ...outside] = told(method, [
      'nothing-here',
      ...['outside/file.yml', 'outside/folder', 'outside', 'outside/nothing', 'allowed/closed', 'allowed/closed/x'],
      ...[
        'allowed/link.yml',
        'allowed/linked',
        'allowed/linked/x.png',
        'allowed/../outside/file.yml',
        'allowed/dangling',
      ],
      ...['Kometa/config/config.yml', 'Kometa/config'],
    ])
    // A link in an allowed folder is a name in that folder, so it may appear in the folder's listing.
    for (const each of outside) expect({ ...each, 'glob beside': 0 }).toEqual({ ...missing, 'glob beside': 0 })
  },
)

test('system files are missing for Kometa’s code and visible to Python’s libraries', () => {
  const probing = run([
    join(dir, 'ws', 'kometa', 'probe.py'),
    'here',
    '/nothing-here',
    '/etc/hosts',
    '/usr',
    '/proc/1',
    '/',
  ])
  const [missing, ...system] = JSON.parse(probing.stdout.replaceAll('/etc/hosts', 'PATH')) as Record<string, unknown>[]
  for (const each of system) expect({ ...each, 'glob beside': 0 }).toEqual({ ...missing, 'glob beside': 0 })
  const libraries = `
import ctypes, json, mimetypes, ssl, subprocess, tempfile, zoneinfo, concurrent.futures, email, sqlite3, sys
print(len(ssl.create_default_context().get_ca_certs()) >= 0, mimetypes.guess_type("a.png")[0])
tempfile.TemporaryFile().close()
print(subprocess.run(["true"]).returncode, getattr(sys, "loaded_too", False))
`
  expect(run(['-c', libraries])).toMatchObject({ stderr: '', stdout: 'True image/png\n0 True\n' })
})

test('allowed files are visible', () => {
  for (const each of told('here', ['allowed/file.yml', 'Kometa/fonts/Inter.ttf', 'ws/home/x'])) {
    expect(each).toMatchObject({
      exists: true,
      isfile: true,
      access: true,
      stat: true,
      'Path.is_file': true,
      copy: true,
    })
    expect(each.open).toMatch(/^(content|font)$/)
  }
  const [folder] = told('here', ['allowed/folder'])
  expect(folder).toMatchObject({ listdir: ['x.png'], isdir: true, 'glob in': 1, 'Path.glob': 1, walk: [['x.png']] })
})

test.skipIf(process.platform === 'win32')('a pipe in an allowed folder is visible but never opened', () => {
  execFileSync('mkfifo', [join(dir, 'allowed', 'pipe')])
  const [pipe] = told('here', ['allowed/pipe'])
  expect(pipe).toMatchObject({ exists: true, isfile: false, open: ['FileNotFoundError', 2, expect.any(String)] })
})

test('an interpreter that does not load the guard is refused', async () => {
  const place = { cwd: dir, env }
  await guard.assertLoaded(python, place)
  await expect(guard.assertLoaded(python, { cwd: dir, env: { PATH: env.PATH } })).rejects.toMatchObject({
    code: 'RUN_FAILED',
  })
  await expect(guard.assertLoaded('/bin/echo', place)).rejects.toMatchObject({ code: 'RUN_FAILED' })
  await expect(guard.assertLoaded('/nothing/python', place)).rejects.toMatchObject({ code: 'RUN_FAILED' })
  // If the guard cannot be set up, the interpreter ends.
  const [folder = ''] = (env.PYTHONPATH ?? '').split(delimiter)
  const alone = join(dir, 'alone')
  await mkdir(alone)
  await symlink(join(folder, 'sitecustomize.py'), join(alone, 'sitecustomize.py'))
  const ended = run(['-c', 'print("runs all the same")'], { PYTHONPATH: alone })
  expect(ended).toMatchObject({ status: 97, stdout: '' })
  expect(ended.stderr).toContain('could not keep Kometa from files')
})
