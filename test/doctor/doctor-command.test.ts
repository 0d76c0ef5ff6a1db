import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { doctorReportSchema } from '../../src/contract/doctor.ts'
import { cli, seen, startCli } from '../cli/cli.ts'
import { startScriptedServer } from '../support/scripted-server.ts'
import { type DoctorWorld, startDoctorWorld } from './examine.ts'

let world: DoctorWorld
beforeAll(async () => {
  world = await startDoctorWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test('a line per check, exit code 1 with a problem; --json prints the report alone', async () => {
  const args = ['doctor', '--data', join(world.folder, 'data'), '--config', world.writeConfig(world.goodConfig())]
  const env = { ...world.outside.env, HOME: world.folder }
  const lines = await cli(args, env)
  expect(lines.code).toBe(1)
  expect(lines.stdout).toMatch(/^ok {7}Node: v/)
  expect(lines.stdout).toMatch(/^problem {2}Kometa: Where is Kometa\? -> Install one with "kometa-preview setup"/m)
  expect(lines.stdout).toMatch(/\n1 problem, \d+ warnings?\.\n$/)
  const json = await cli([...args, '--json'], env)
  expect(json.code).toBe(1)
  expect(doctorReportSchema.parse(JSON.parse(json.stdout)).problems).toBe(1)
}, 120_000)

test('a prepared job, its secret and its folder given as for run', async () => {
  const job = join(world.folder, 'job')
  mkdirSync(job)
  const text = world.goodConfig().replace(world.plex.token, '<<plex>>')
  writeFileSync(join(job, 'preview.yml'), `${text}preview: {targets: []}\n`)
  world.writeConfig(text)
  const args = ['doctor', '--json', '--data', join(world.folder, 'data'), '--job', job, '--kometa-cwd', world.folder]
  const secret = ['--secret', `plex=${world.plex.token}`]
  world.plex.clearJournal()
  const untrusted = await cli([...args, ...secret], world.outside.env)
  expect(untrusted.stdout).toContain('--trust-job')
  expect(untrusted.stdout).not.toContain(world.plex.token)
  expect(world.plex.journal.length).toBe(0)
  const { stdout } = await cli([...args, ...secret, '--trust-job'], world.outside.env)
  expect(stdout).not.toContain(world.plex.token)
  const { checks } = doctorReportSchema.parse(JSON.parse(stdout))
  for (const id of ['config', 'overlays', 'plex-token', 'library'])
    expect(checks.find((check) => check.id === id)).toMatchObject({ status: 'ok' })
}, 120_000)

test('two Plex servers and a proxy that take a connection and never answer: it ends within 15 s', async () => {
  await using silent = await startScriptedServer(() => undefined)
  await using other = await startScriptedServer(() => undefined)
  const configText = `${world.goodConfig().replace(world.plex.url, silent.url)}  TV Shows:
    plex: {url: ${other.url}, token: ${world.plex.token}}
    overlay_files: [{file: ours.yml}]
`
  const args = ['doctor', '--data', join(world.folder, 'data'), '--config', world.writeConfig(configText)]
  const env = { HTTPS_PROXY: silent.url, NO_PROXY: '127.0.0.1', HOME: world.folder }
  const { child, done } = startCli([...args, '--kometa-cwd', world.folder], env)
  await seen(child, 'stdout', /Node: /)
  const started = performance.now()
  const { stdout, code } = await done
  expect(performance.now() - started).toBeLessThan(15_000)
  expect(code).toBe(1)
  expect(stdout.match(/^problem {2}Plex at .* did not answer within 8 s -> /gm)).toHaveLength(2)
  expect(stdout).toMatch(/^problem {2}TMDb: api\.themoviedb\.org cannot be reached/m)
  expect(stdout).toMatch(/^problem {2}GitHub: raw\.githubusercontent\.com cannot be reached .*50 s/m)
}, 60_000)
