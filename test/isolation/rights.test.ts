import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chooseIsolation, openDoors, type UserFiles } from '../../src/kometa/isolation/isolation.ts'

const child = fileURLToPath(new URL('isolated-child.ts', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
await using isolation = await chooseIsolation('auto', { env: process.env, python: null })
const isRoot = process.getuid?.() === 0

/** Linux only, like this whole file. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rights-'))
  chmodSync(dir, 0o755)
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

interface Result {
  isolation: { mode: string; why: string }
  unguarded?: { notHidden: { files: string[]; sockets: string[] }; notReadOnly: string[] }
  exit?: { code: number | null }
  output?: string
}

function isolated(script: string, user?: { uid: number; gid: number }, files?: UserFiles): Result | null {
  const readable = spawnSync('test', ['-r', child], { cwd: root, ...user })
  if (readable.status !== 0) return null
  const args = ['--import', 'tsx', child, script, ...(files === undefined ? [] : [JSON.stringify(files)])]
  const options = { cwd: root, encoding: 'utf8' as const, env: { PATH: process.env.PATH, TMPDIR: dir }, ...user }
  const { stdout, stderr } = spawnSync(process.execPath, args, options)
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Result
}

describe.skipIf(isolation.mode === 'none')('inside, files keep their owners and permissions', () => {
  test.skipIf(!isRoot)('for root, including other users’ files', () => {
    writeFileSync(join(dir, 'private'), 'of somebody else')
    chownSync(join(dir, 'private'), 12345, 12345)
    chmodSync(join(dir, 'private'), 0o600)
    const result = isolated(`id -u; cat ${dir}/private; stat -c ' %u:%g' ${dir}/private; echo made > ${dir}/made`)
    expect(result).toMatchObject({ exit: { code: 0 }, output: '0\nof somebody else 12345:12345\n' })
    expect(statSync(join(dir, 'made'))).toMatchObject({ uid: 0, gid: 0 })
  })

  test.skipIf(!isRoot)('for an ordinary user, with its own id and no new rights', (context) => {
    const user = { uid: 23456, gid: 23456 }
    mkdirSync(join(dir, 'own'))
    chownSync(join(dir, 'own'), user.uid, user.gid)
    writeFileSync(join(dir, 'private'), 'of root')
    chmodSync(join(dir, 'private'), 0o600)
    chmodSync(dir, 0o777)
    const made = `echo made > ${dir}/own/made; stat -c %u ${dir}/own/made`
    const script = `id -u; ${made}; cat ${dir}/private; cat /proc/net/dev | wc -l; grep CapEff /proc/self/status`
    const result = isolated(script, user)
    if (result === null) return context.skip('an ordinary user may not read this checkout')
    if (result.isolation.mode === 'none') {
      process.stdout.write(`an ordinary user has no namespace here: ${result.isolation.why}\n`)
      return context.skip(result.isolation.why)
    }
    expect(result.output).toMatch(/^23456\n23456\n/)
    expect(result.output).toContain('Permission denied')
    // Two header lines and the loopback device.
    expect(result.output).toMatch(/\n3\n/)
    expect(result.output).toContain('CapEff:\t0000000000000000')
    expect(statSync(join(dir, 'own', 'made'))).toMatchObject(user)
  })

  test.skipIf(isRoot)('for this user', () => {
    const result = isolated(`id -u; echo made > ${dir}/made`)
    expect(result).toMatchObject({ exit: { code: 0 }, output: `${process.getuid?.()}\n` })
    expect(statSync(join(dir, 'made')).uid).toBe(process.getuid?.())
  })
})

describe.skipIf(isolation.mode === 'none')('guarded files', () => {
  const users = [
    { name: 'this user', user: undefined },
    ...(isRoot ? [{ name: 'an ordinary user', user: { uid: 23456, gid: 23456 } }] : []),
  ]

  for (const { name, user } of users)
    test(`are hidden and read-only for ${name}, who cannot undo it; outside, nothing changes`, (context) => {
      const checkout = join(dir, 'a checkout')
      const data = join(checkout, 'data')
      mkdirSync(join(checkout, 'inner'), { recursive: true })
      mkdirSync(data)
      const secret = join(checkout, 'config.yml')
      writeFileSync(secret, 'the real token')
      for (const path of [dir, checkout, join(checkout, 'inner'), data, secret])
        if (user) chownSync(path, user.uid, user.gid)
      const script = `cd '${checkout}'
      for file in made inner/made; do touch "$file" 2>&1 || echo "not $file"; done
      echo kept > data/made && cat data/made
      cat config.yml; rm config.yml 2>&1
      mount -o remount,bind,rw . 2>&1; umount config.yml 2>&1
      unshare --user --map-root-user --mount \\
        sh -c 'mount -o remount,bind,rw .; umount config.yml; touch made; cat config.yml' 2>&1
      true`
      const files = { hide: [secret, join(checkout, 'nothing')], readOnly: [checkout], writable: data }
      const result = isolated(script, user, files)
      if (result === null) return context.skip('an ordinary user may not read this checkout')
      if (result.isolation.mode === 'none') return context.skip(result.isolation.why)
      expect(result.unguarded).toMatchObject({ notHidden: { files: [], sockets: [] }, notReadOnly: [] })
      expect(result.output).toContain('not made\n')
      expect(result.output).toContain('not inner/made\n')
      expect(result.output).toContain('kept\n')
      expect(result.output).not.toContain('the real token')
      expect(readdirSync(checkout).sort()).toEqual(['config.yml', 'data', 'inner'])
      expect(readFileSync(secret, 'utf8')).toBe('the real token')
      expect(readFileSync(join(data, 'made'), 'utf8')).toBe('kept\n')
    })

  test('files that cannot be guarded are named', () => {
    const files = { hide: [], readOnly: [join(dir, 'not there')], writable: dir }
    expect(isolated('true', undefined, files)?.unguarded).toMatchObject({
      notHidden: { files: [], sockets: [] },
      notReadOnly: files.readOnly,
    })
  })
})

describe.skipIf(isolation.mode === 'none')('the supervisor of the trial', () => {
  test('can be taken once', async () => {
    await using choice = await chooseIsolation('on', { env: process.env, python: null })
    await using first = choice.take()
    expect(first?.process.pid).toBeGreaterThan(0)
    expect(choice.take()).toBeNull()
  })

  test('ends with the choice unless somebody took it', async () => {
    const choice = await chooseIsolation('on', { env: process.env, python: null })
    await using taken = choice.take()
    await choice[Symbol.asyncDispose]()
    expect(taken?.process).toMatchObject({ exitCode: null, signalCode: null })
    const other = await chooseIsolation('on', { env: process.env, python: null })
    const [started] = childrenOf(process.pid).filter((pid) => pid !== taken?.process.pid)
    expect(started).toBeGreaterThan(0)
    await other[Symbol.asyncDispose]()
    expect(childrenOf(process.pid)).not.toContain(started)
  })

  test('is an error, at once and in words, if it has ended', async () => {
    await using choice = await chooseIsolation('on', { env: process.env, python: null })
    await using supervisor = choice.take()
    if (!supervisor) throw new Error('there is none')
    const gone = once(supervisor.process, 'exit')
    supervisor.process.kill('SIGKILL')
    await gone
    await expect(openDoors(supervisor, [], { hide: [], readOnly: [], writable: '/tmp' })).rejects.toThrow(
      'it ended at once (SIGKILL)',
    )
  })
})

describe('where isolation is not available', () => {
  test('auto gives the reason, and on is an error that says what to do', async () => {
    const nowhere = { env: { PATH: '/nowhere' }, python: null }
    const { mode, why } = await chooseIsolation('auto', nowhere)
    expect(mode).toBe('none')
    if (process.platform === 'linux')
      expect(why).toMatch(/does not give Kometa a network namespace .*It needs the program "unshare"/)
    await expect(chooseIsolation('on', nowhere)).rejects.toMatchObject({
      code: 'ISOLATION_UNAVAILABLE',
      hint: expect.stringContaining('--isolate'),
    })
    await using off = await chooseIsolation('off', nowhere)
    expect(off).toMatchObject({ mode: 'none', why: 'It was turned off (--isolate off).' })
  })
})
