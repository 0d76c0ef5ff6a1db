import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli, startCli } from './cli.ts'

let dir = ''
const at = (...names: string[]): string => join(dir, ...names)
const folder = (name: string): string => {
  mkdirSync(at(name), { recursive: true })
  return at(name)
}
const file = (name: string, content: string | Uint8Array = 'text'): string => {
  writeFileSync(at(name), content)
  return at(name)
}
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'refusals-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** The user can mend each of these, so each error is one line that names the thing, without a stack. */
describe('what the operating system refuses ends in one line without a stack', () => {
  test.each<[string, () => string[], RegExp]>([
    [
      'serve: the data folder is a file',
      () => ['serve', '--port', '0', '--data', file('data')],
      /\/data\/studio cannot/,
    ],
    [
      'serve: a file stands where the jobs belong',
      () => ['serve', '--port', '0', '--data', folder('s1'), ...(file('s1/jobs') ? [] : [])],
      /s1\/jobs cannot be used: .*\(EEXIST\)/,
    ],
    [
      'serve: a folder stands where a settings file belongs',
      () => ['serve', '--port', '0', '--data', folder('s2'), ...(folder('s2/studio/settings.json') ? [] : [])],
      /settings\.json cannot be used: it is a folder \(EISDIR\)/,
    ],
    [
      'serve: no such address on this machine',
      () => ['serve', '--port', '0', '--host', '192.0.2.1', '--password-file', file('pw'), '--data', folder('s3')],
      /192\.0\.2\.1:0 cannot be used/,
    ],
    [
      'serve: no password file',
      () => ['serve', '--port', '0', '--password-file', at('none'), '--data', folder('s4')],
      /password file .*none cannot be read/,
    ],
    [
      'setup: a file stands where the installs belong',
      () => ['setup', '--data', folder('s5'), ...(file('s5/kometa') ? [] : [])],
      /s5\/kometa cannot be written: a file stands in its way/,
    ],
    [
      'setup: no archive',
      () => ['setup', '--from', file('x.tgz'), '--data', folder('s6')],
      /x\.tgz cannot be unpacked/,
    ],
    ['verify: a file', () => ['verify', '--job', file('job'), '--data', folder('s7')], /no finished job in .*job/],
    [
      'demo: a file stands in the way',
      () => ['demo', '--once', '--out', file('out'), '--data', folder('s8')],
      /out cannot/,
    ],
  ])('%s', async (_name, args, words) => {
    const { code, stderr } = await cli(args())
    expect(stderr).toMatch(words)
    expect(stderr).not.toMatch(/\n\s+at |bug of Kometa Preview/)
    expect(stderr.match(/^kometa-preview: /gm)).toHaveLength(1)
    expect([1, 2]).toContain(code)
  })

  test('a port that is taken', async () => {
    await using taken = createServer().listen(0, '127.0.0.1')
    await new Promise((listening) => taken.once('listening', listening))
    const address = taken.address()
    const port = String(typeof address === 'object' ? address?.port : '')
    const { code, stderr } = await cli(['serve', '--port', port, '--data', folder('s9')])
    expect(stderr).toContain(`kometa-preview: 127.0.0.1:${port} is taken\n`)
    expect(code).toBe(2)
  })
})

test('a reader that closes its pipe early ends nothing, and is no bug', async () => {
  const { child, done } = startCli(['completion', 'bash'])
  child.stdout?.destroy()
  const { code, stderr } = await done
  expect([code, stderr]).toEqual([0, ''])
})

test('a bug says that it is one, with its stack and where to report it', async () => {
  // Loaded before the program, this throws an error that nothing of ours catches.
  const bug = `process.on('newListener', (name) => {
    if (name === 'uncaughtException') setImmediate(() => { throw new TypeError('planted') })
  })`
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(bug)}`
  const { code, stderr } = await cli(['serve', '--port', '0', '--data', folder('s10')], { NODE_OPTIONS })
  expect(stderr).toMatch(/^kometa-preview: this is a bug of Kometa Preview\.$/m)
  expect(stderr).toMatch(/TypeError: planted\n\s+at /)
  expect(stderr).toContain('Please report it as an issue of the project')
  expect(code).toBe(1)
})
