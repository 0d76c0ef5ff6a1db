import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../container/entrypoint.sh', import.meta.url))
const can =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'setpriv', '--version']).status === 0
if (!can) console.error('SKIPPED: the entry point of the image needs root, unshare and setpriv')

const folders = ['data', 'jobs', 'config'] as const
/** What the shell and its tools need of this machine. */
const system = ['usr', 'bin', 'sbin', 'lib', 'lib64', 'etc', 'proc', 'dev']

/**
 * Runs the real script in a root folder of its own, where /data, /jobs and /config are folders of the test, and `node`
 * tells who runs it with which arguments.
 */
describe.skipIf(!can)('the entry point of the image', () => {
  let world = ''
  const at = (...parts: string[]) => join(world, ...parts)

  beforeEach(() => {
    world = mkdtempSync(join(tmpdir(), 'entry-'))
    chmodSync(world, 0o755)
    for (const name of [...folders, ...system, 'opt', 'tmp']) mkdirSync(at(name))
    chmodSync(at('tmp'), 0o1777)
    writeFileSync(at('opt', 'node'), '#!/bin/sh\necho "ran as $(id -u):$(id -g): $*"\n', { mode: 0o755 })
    copyFileSync(script, at('opt', 'entrypoint.sh'))
  })
  afterEach(() => rmSync(world, { recursive: true, force: true }))

  interface Start {
    env?: Record<string, string>
    args?: string[]
    /** Programs in front of the script, such as one that takes capabilities away. */
    through?: string[]
    /** Whether an ordinary user runs the engine, as user 0 of a user namespace. */
    rootless?: boolean
  }
  const start = ({ env = {}, args = [], through = [], rootless = false }: Start = {}) => {
    const mounts = system.map((name) => `[ ! -e /${name} ] || mount --rbind /${name} ${at(name)}`).join('\n')
    const enter = `exec chroot ${world} "$@"`
    const engine = rootless
      ? ['setpriv', '--reuid=1234', '--regid=1234', '--clear-groups', 'unshare', '--user', '--map-root-user']
      : ['unshare']
    return spawnSync(
      'env',
      [
        ...engine,
        '--mount',
        'sh',
        '-c',
        `set -e\n${mounts}\n${enter}`,
        'sh',
        ...through,
        '/opt/entrypoint.sh',
        ...args,
      ],
      { encoding: 'utf8', env: { PATH: `/opt:${process.env.PATH}`, PUID: '1234', PGID: '2345', ...env } },
    )
  }
  const ownerOf = (...parts: string[]) => `${lstatSync(at(...parts)).uid}:${lstatSync(at(...parts)).gid}`
  const make = (owner: number, ...parts: string[]) => {
    mkdirSync(at(...parts), { recursive: true })
    chmodSync(at(...parts), 0o700)
    chownSync(at(...parts), owner, owner)
  }

  test('becomes the user, and gives that user new volumes', () => {
    const { status, stdout, stderr } = start()
    expect(stderr).toBe('')
    expect(stdout).toBe('ran as 1234:2345: /opt/kometa-preview/dist/cli/main.js serve --host 0.0.0.0\n')
    expect(status).toBe(0)
    expect([ownerOf('data'), ownerOf('jobs')]).toEqual(['1234:2345', '1234:2345'])
  })

  test('after PUID and PGID changed, what is ours in /data goes to the new user, and nothing else does', () => {
    make(1000, 'data')
    make(1000, 'data', 'studio', 'deep')
    make(1000, 'data', 'workspaces')
    make(1000, 'data', 'holiday')
    writeFileSync(at('config', 'mine'), 'x')
    symlinkSync('/config/mine', at('data', 'workspaces', 'link'))
    chownSync(at('data'), 1234, 2345)
    const { status, stderr } = start()
    expect(stderr).toContain('/data/studio now belongs to user 1234, group 2345')
    expect(status).toBe(0)
    expect(ownerOf('data', 'studio', 'deep')).toBe('1234:2345')
    expect(ownerOf('data', 'workspaces', 'link')).toBe('1234:2345')
    expect(ownerOf('config', 'mine')).toBe('0:0')
    expect(ownerOf('data', 'holiday')).toBe('1000:1000')
  })

  test('a /data that holds only what is ours goes to the new user as a whole', () => {
    make(1000, 'data')
    make(1000, 'data', 'studio')
    expect(start().status).toBe(0)
    expect([ownerOf('data'), ownerOf('data', 'studio')]).toEqual(['1234:2345', '1234:2345'])
  })

  test('a /jobs with content keeps its owner, and the message names both ways out', () => {
    make(1000, 'jobs')
    make(1000, 'jobs', 'one')
    const { status, stderr } = start()
    expect(status).toBe(2)
    expect(stderr).toBe(
      'kometa-preview: /jobs belongs to user 1000, group 1000, and cannot be written by user 1234, group 2345: set PUID ' +
        'and PGID to its owner, or on the host give the folder that is mounted there to 1234:2345 (chown -R)\n',
    )
    expect([ownerOf('jobs'), ownerOf('jobs', 'one')]).toEqual(['1000:1000', '1000:1000'])
  })

  test('a foreign folder at /data keeps its owner, too', () => {
    make(1000, 'data')
    make(1000, 'data', 'holiday')
    const { status, stderr } = start()
    expect(status).toBe(2)
    expect(stderr).toContain('/data belongs to user 1000')
    expect(ownerOf('data')).toBe('1000:1000')
  })

  test('previews of another user stay closed, and the log says so', () => {
    make(1234, 'jobs')
    make(1000, 'jobs', 'one')
    const { status, stderr } = start()
    expect(status).toBe(0)
    expect(stderr).toContain('some previews in /jobs belong to user 1000 and stay closed to user 1234')
  })

  test('a config folder that only its owner can enter is named with the numbers to set', () => {
    make(1026, 'config')
    writeFileSync(at('config', 'config.yml'), 'libraries: {}\n')
    const { status, stderr } = start()
    expect(status).toBe(0)
    expect(stderr).toBe(
      'kometa-preview: /config cannot be read by user 1234, group 2345: it belongs to user 1026, group 1026; ' +
        'set PUID=1026 and PGID=1026\n',
    )
  })

  test('a config file that only its owner can read is named likewise', () => {
    writeFileSync(at('config', 'config.yml'), 'libraries: {}\n', { mode: 0o600 })
    chownSync(at('config', 'config.yml'), 1026, 100)
    expect(start().stderr).toContain('/config/config.yml cannot be read by user 1234, group 2345')
  })

  test('a container of an ordinary user with a fresh volume is told what to do', () => {
    const { status, stderr } = start({ through: ['setpriv', '--reuid=77', '--regid=77', '--clear-groups'] })
    expect(status).toBe(2)
    expect(stderr).toContain('/data belongs to user 0, group 0, and cannot be written by user 77, group 77')
    expect(stderr).toContain('without --user and with PUID=77, PGID=77')
  })

  test('root without the right to become the user is told what to leave out', () => {
    const { status, stderr } = start({ through: ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] })
    expect(status).toBe(2)
    expect(stderr).toContain('root of this container may not become user 1234 (--cap-drop ALL)')
  })

  test('in a rootless engine user 0 is the user: nothing is given away, and nothing is said', () => {
    for (const name of ['data', 'jobs']) chownSync(at(name), 1234, 1234)
    const { status, stdout, stderr } = start({ rootless: true })
    expect(stderr).toBe('')
    expect(stdout).toContain('ran as 0:0:')
    expect(status).toBe(0)
    expect([ownerOf('data'), ownerOf('jobs')]).toEqual(['1234:1234', '1234:1234'])
  })

  test.each(['', 'me', '-1', '10 0'])('PUID=%j is refused in one line', (PUID) => {
    const { status, stderr } = start({ env: { PUID } })
    expect(status).toBe(2)
    expect(stderr).toBe(
      'kometa-preview: PUID and PGID are numbers, such as 1000 (the command "id" on the host shows yours)\n',
    )
  })

  test('another command gets its arguments, and the config that is mounted', () => {
    writeFileSync(at('config', 'config.yml'), 'libraries: {}\n')
    expect(start({ args: ['doctor', '--json'] }).stdout).toContain('main.js doctor --config /config/config.yml --json')
    expect(start({ args: ['run', '--job', '/jobs/x'] }).stdout).toContain('main.js run --job /jobs/x')
  })
})
