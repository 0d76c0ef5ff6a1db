import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JobWorld, run, startJobWorld } from './job-world.ts'

let world: JobWorld
beforeEach(async () => {
  world = await startJobWorld()
})
afterEach(async () => {
  world.assertUntouched()
  await world[Symbol.asyncDispose]()
})

/** A PATH whose programs record that they were started, and then do their work. */
function recordingPath(): { path: string; started(): string[] } {
  const folder = join(world.dir, 'recorded')
  const record = join(world.dir, 'started')
  mkdirSync(folder)
  for (const name of ['unshare', 'ip', 'sh', 'python3', 'ps', 'git', 'node', 'docker']) {
    const file = join(folder, name)
    writeFileSync(file, `#!/bin/sh\necho ${name} >> ${record}\nPATH=${process.env.PATH} exec ${name} "$@"\n`)
    chmodSync(file, 0o755)
  }
  return { path: folder, started: () => (existsSync(record) ? readFileSync(record, 'utf8').trim().split('\n') : []) }
}

/** The processes below this one, according to the system. */
function children(): string[] {
  const lines = execFileSync('ps', ['-o', 'pid=,ppid=,args=', '-A'], { encoding: 'utf8' }).trim().split('\n')
  const own = lines.filter((line) => Number(line.trim().split(/\s+/)[1]) === process.pid)
  return own.filter((line) => !/\bps -o pid=/.test(line))
}

const badInputs: [string, Parameters<typeof run>[1], string][] = [
  ['an unknown target', { specs: ['No Such Film'] }, 'TARGET_UNKNOWN'],
  ['no target', { specs: [] }, 'TARGETS_NONE'],
  ['an unknown library', { specs: ['Nosferatu'], library: 'Nowhere' }, 'LIBRARY_UNKNOWN'],
  [
    'an input outside the job',
    { targets: [{ id: 'nosferatu', ratingKey: '101', input: '../secret.jpg' }] },
    'JOB_PATH_UNSAFE',
  ],
  [
    'two targets with the same output',
    {
      targets: [
        { id: 'a', ratingKey: '101', output: 'x.jpg' },
        { id: 'b', ratingKey: '102', output: 'X.png' },
      ],
    },
    'TARGET_ID_DUPLICATE',
  ],
]

test.each(badInputs)('%s: no process is started and no job folder is made', async (_name, request, code) => {
  const programs = recordingPath()
  const before = children()
  const seen = new Set<string>()
  const onEvent = () => {
    for (const child of children()) if (!before.includes(child)) seen.add(child)
  }
  await expect(run(world, { ...request, onEvent, env: { PATH: programs.path } })).rejects.toMatchObject({ code })
  onEvent()
  expect(programs.started()).toEqual([])
  expect([...seen]).toEqual([])
  expect(existsSync(world.jobDir)).toBe(false)
})

test('Plex cannot be reached: the existing folder stays as it is', async () => {
  mkdirSync(world.jobDir)
  const config = await world.load()
  await world.plex[Symbol.asyncDispose]()
  const programs = recordingPath()
  const outcome = run(world, { config, specs: ['Nosferatu'], env: { PATH: programs.path } })
  await expect(outcome).rejects.toMatchObject({ code: 'PLEX_UNREACHABLE' })
  expect(programs.started()).toEqual([])
  expect(readdirSync(world.jobDir)).toEqual([])
})

test('the recorders see what a job with good input starts', async () => {
  const programs = recordingPath()
  await run(world, { specs: ['Nosferatu'], env: { PATH: programs.path } })
  // Without namespaces (macOS, a container) nothing is looked up in PATH.
  if (process.platform === 'linux') expect(programs.started()).toContain('unshare')
})

test('an input that goes through a link of the job folder is refused, and the folder stays as it is', async () => {
  mkdirSync(world.jobDir)
  symlinkSync(world.dir, join(world.jobDir, 'input'))
  const targets = [{ id: 'nosferatu', ratingKey: '101', input: 'input/config.yml' }]
  await expect(run(world, { targets })).rejects.toMatchObject({ code: 'JOB_PATH_UNSAFE' })
  expect(readdirSync(world.jobDir)).toEqual(['input'])
})
