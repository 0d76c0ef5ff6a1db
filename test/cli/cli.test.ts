import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { summarySchema } from '../../src/contract/summary.ts'
import { smallLibraries } from '../support/sample-plex.ts'
import { startSamplePlex } from '../support/watched-plex.ts'
import { cli, seen, startCli } from './cli.ts'

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cli-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('bad usage ends with one clear line, what to do, and exit code 2', () => {
  test.each([
    ['no command that there is', ['bogus'], {}, /unknown command/],
    ['neither config nor job', ['run'], {}, /run needs --config FILE or --job DIR/],
    ['both config and job', ['run', '--config', 'a', '--job', 'b'], {}, /cannot be used with/],
    ['an odd port', ['proxy', '--plex', 'http://x', '--port', '99999'], {}, /0 to 65535/],
    ['an odd secret', ['run', '--secret', 'x', '--config', 'a'], {}, /name=value/],
    ['no Kometa', ['run', '--config', 'a.yml', '--target', 'x'], {}, /Kometa/],
    ['a Kometa that is none', ['run', '--config', 'a.yml', '--kometa', tmpdir()], {}, /kometa/i],
    ['a proxy without a token', ['proxy', '--plex', 'http://127.0.0.1:9'], {}, /no Plex token/],
    [
      'an address with a token in it',
      ['proxy', '--plex', 'http://x/?X-Plex-Token=abc'],
      { PLEX_TOKEN: 'x' },
      /not the address of a Plex server/,
    ],
    [
      'a Plex that does not answer',
      ['proxy', '--plex', 'http://127.0.0.1:9'],
      { PLEX_TOKEN: 'someTokenOfPlex12345' },
      /127\.0\.0\.1:9/,
    ],
  ] as const)('%s', async (_name, args, env, words) => {
    const { code, stdout, stderr } = await cli([...args], { ...env, KOMETA_PREVIEW_DATA: join(dir, 'data') })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(words)
    expect(stderr).not.toMatch(/\n\s+at |bug of Kometa Preview/)
    expect(stderr).not.toContain('someTokenOfPlex12345')
    expect(stderr).not.toContain('abc')
  })
})

test.each(['serve', 'run', 'demo', 'doctor', 'verify', 'setup', 'proxy', 'completion'])(
  '%s: the help has examples, and an unknown option leads to the help',
  async (command) => {
    const help = await cli([command, '--help'])
    expect(help.code).toBe(0)
    expect(help.stdout).not.toMatch(/default: (?:\[\]|\{\})/)
    const examples = help.stdout.split(/^Examples:$/m)[1] ?? ''
    expect(examples.match(new RegExp(`^ .*kometa-preview ${command}`, 'gm'))?.length).toBeGreaterThanOrEqual(2)
    const wrong = await cli([command, '--no-such-option'])
    expect([wrong.code, wrong.stdout]).toEqual([2, ''])
    // A missing required option is reported first.
    expect(wrong.stderr).toMatch(/^error: (unknown option '--no-such-option'|required option)/)
    expect(wrong.stderr).toContain(`Try: kometa-preview ${command} --help`)
  },
)

test('--help and --version end with 0', async () => {
  const help = await cli(['--help'])
  expect(help.code).toBe(0)
  expect(help.stdout).toContain('Your first picture')
  // The commands that a newcomer needs, in the order in which they are needed.
  const steps = ['demo', 'serve', 'run', 'setup', 'doctor'].map((name) =>
    help.stdout.indexOf(`  kometa-preview ${name} `),
  )
  expect(steps.every((at) => at > 0)).toBe(true)
  expect(steps.toSorted((a, b) => a - b)).toEqual(steps)
  expect((await cli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('demo --once --json prints the summary and nothing else on standard output', async () => {
  const out = join(dir, 'demo')
  const args = ['demo', '--once', '--json', '--out', out, '--data', join(dir, 'data'), '--target', 'Metropolis (1927)']
  const { code, stdout, stderr } = await cli(args)
  expect(stderr).toContain('CAPTURED_UPLOAD ratingKey=')
  expect(code).toBe(0)
  const summary = summarySchema.parse(JSON.parse(stdout))
  expect(summary).toMatchObject({ status: 'success', renderer: 'sample' })
  expect(existsSync(join(out, summary.exported_files['metropolis-1927'] ?? ''))).toBe(true)
})

test.skipIf(process.platform === 'win32')(
  'Ctrl-C: exit code 130 within 5 s and a summary that says cancelled',
  async () => {
    const out = join(dir, 'cancelled')
    const { child, done } = startCli(['demo', '--once', '--out', out, '--data', join(dir, 'data')])
    await seen(child, 'stderr', /Preparing a private workspace/)
    const started = performance.now()
    child.kill('SIGINT')
    expect((await done).code).toBe(130)
    expect(performance.now() - started).toBeLessThan(5_000)
    const summary: unknown = JSON.parse(readFileSync(join(out, 'output/summary.json'), 'utf8'))
    expect(summarySchema.parse(summary).status).toBe('cancelled')
  },
)

test.skipIf(process.platform === 'win32')(
  'the proxy alone: prints its token once, keeps an upload, lets nothing through',
  async () => {
    await using plex = await startSamplePlex({ libraries: smallLibraries() })
    const before = plex.stateHash()
    const out = join(dir, 'proxy')
    mkdirSync(out)
    const tokenFile = join(dir, 'token')
    writeFileSync(tokenFile, `${plex.token}\n`)
    const args = [
      'proxy',
      '--plex',
      plex.url,
      '--port',
      '0',
      '--token-file',
      tokenFile,
      '--out',
      out,
      '--data',
      join(dir, 'data'),
    ]
    const { child, done } = startCli(args)
    const [, url = '', token = ''] = await seen(child, 'stdout', /Proxy: {2}(\S+)\nToken: {2}(\S+)\n/)
    expect(token).not.toBe(plex.token)
    const headers = { 'X-Plex-Token': token }
    expect(await (await fetch(`${url}/library/sections`, { headers })).text()).toContain('title="Movies"')
    expect((await fetch(`${url}/library/sections`, { headers: { 'X-Plex-Token': plex.token } })).status).toBe(401)
    const body = readFileSync(new URL('../fixtures/poster.jpg', import.meta.url))
    const posted = await fetch(`${url}/library/metadata/101/posters`, { method: 'POST', headers, body })
    expect([posted.status, await posted.text()]).toEqual([200, ''])
    child.kill('SIGINT')
    const { code, stdout, stderr } = await done
    expect(code).toBe(0)
    expect(stdout.split(token)).toHaveLength(2)
    expect(stderr).not.toContain(token)
    const saved = /saved=(\S+)/.exec(stderr)?.[1] ?? ''
    expect(readFileSync(join(out, saved)).equals(body)).toBe(true)
    expect([plex.stateHash(), plex.writes]).toEqual([before, []])
  },
)
