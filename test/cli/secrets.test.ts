import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { filesBelow, type JobWorld, run, startJobWorld } from '../e2e/job-world.ts'
import { leaks, planted, plantedConfig, plantedSecrets } from '../support/planted-secrets.ts'
import { cli, seen, startCli } from './cli.ts'

/** What each command prints and leaves behind, with secrets in every place of the config. */
let world: JobWorld
let jobConfig = ''
beforeAll(async () => {
  world = await startJobWorld({ config: (url) => plantedConfig(url) })
  await run(world, { specs: ['Nosferatu'], writeJobFile: true })
  jobConfig = join(world.jobDir, 'config', 'preview.yml')
})
afterAll(() => world[Symbol.asyncDispose]())

const nowhere = ['--kometa', '/nowhere/kometa']
const env = { KOMETA_NAMED: 'canaryNamed0123456789', PLEX_TOKEN: planted.plex }
const secrets = [...plantedSecrets, env.KOMETA_NAMED]

test.each<[string, () => string[]]>([
  ['verify', () => ['verify', '--job', world.jobDir, '--data', world.dataDir]],
  ['verify --json', () => ['verify', '--job', world.jobDir, '--data', world.dataDir, '--json']],
  ['doctor', () => ['doctor', '--config', world.configPath, '--data', world.dataDir, ...nowhere]],
  ['doctor --json', () => ['doctor', '--config', world.configPath, '--data', world.dataDir, ...nowhere, '--json']],
  [
    'run without a Kometa',
    () => ['run', '--config', world.configPath, '--target', 'M', '--data', world.dataDir, ...nowhere],
  ],
  ['run --job', () => ['run', '--job', world.jobDir, '--data', world.dataDir, ...nowhere, '--json']],
  [
    'run with a secret in a wrong place',
    () => [
      'run',
      '--config',
      world.configPath,
      '--target',
      `http://x/?X-Plex-Token=${planted.plex}`,
      '--data',
      world.dataDir,
      ...nowhere,
    ],
  ],
  [
    'proxy to a place that is none',
    () => [
      'proxy',
      '--plex',
      `http://me:${planted.password}@127.0.0.1:9/?X-Plex-Token=${planted.plex}`,
      '--data',
      world.dataDir,
    ],
  ],
  ['setup of a version that is none', () => ['setup', '--version', 'none', '--data', world.dataDir]],
])('%s', async (name, args) => {
  const { stdout, stderr } = await cli(args(), env)
  expect(stdout + stderr).not.toBe('')
  expect([...leaks(stdout, `${name}: stdout`, secrets), ...leaks(stderr, `${name}: stderr`, secrets)]).toEqual([])
})

test('a config with broken YAML: the error names the line, and not its value', async () => {
  const broken = join(world.dir, 'broken.yml')
  writeFileSync(broken, plantedConfig(world.plex.url).replace('omdb: {', 'omdb: {{'))
  const { code, stdout, stderr } = await cli(['run', '--config', broken, '--target', 'M', ...nowhere], env)
  expect(code).toBe(2)
  expect(leaks(stdout + stderr, 'broken', secrets)).toEqual([])
})

test.skipIf(process.platform === 'win32')('proxy: while it runs, and what it leaves behind', async () => {
  const out = join(world.dir, 'proxy')
  mkdirSync(out)
  const { child, done } = startCli(
    ['proxy', '--plex', world.plex.url, '--port', '0', '--out', out, '--data', world.dataDir],
    env,
  )
  const [, url = '', token = ''] = await seen(child, 'stdout', /Proxy: {2}(\S+)\nToken: {2}(\S+)\n/)
  const headers = { 'X-Plex-Token': token }
  await fetch(`${url}/library/sections/1/refresh?X-Plex-Token=${planted.plex}`, { headers })
  await fetch(`${url}/library/metadata/1?title.value=${planted.plex}`, { method: 'PUT', headers })
  await fetch(`${url}/library/metadata/1/posters?url=${encodeURIComponent(`http://127.0.0.1:9/?a=${planted.plex}`)}`, {
    method: 'POST',
    headers,
  })
  child.kill('SIGINT')
  const { stdout, stderr } = await done
  const found = [...leaks(stdout, 'stdout', secrets), ...leaks(stderr, 'stderr', secrets)]
  for (const file of filesBelow(out))
    found.push(...leaks(readFileSync(join(out, file)), file, secrets), ...leaks(file, 'a name'))
  expect(readFileSync(join(out, 'output/ledger.jsonl'), 'utf8')).toContain('title.value=')
  expect(found).toEqual([])
})

test('the job folder and the data folder hold no secret', () => {
  const found = [world.jobDir, world.dataDir].flatMap((dir) =>
    filesBelow(dir).flatMap((file) => leaks(readFileSync(join(dir, file)), file, secrets)),
  )
  expect(found).toEqual([])
  expect(filesBelow(world.jobDir).length).toBeGreaterThan(5)
  expect(readFileSync(jobConfig, 'utf8')).toContain(dirname(world.configPath))
  rmSync(join(world.dir, 'proxy'), { recursive: true, force: true })
})
