import { execFileSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { verifyJob } from '../../src/run/verify/verify-job.ts'
import { type JobWorld, run, startJobWorld } from './job-world.ts'

/*
 * A job folder that somebody else made: unpacked, copied or downloaded. `precious` stands for a file of the user such
 * as ~/.bashrc, `home` for the folder that contains it.
 */

let world: JobWorld
let home: string
let precious: string
beforeEach(async () => {
  world = await startJobWorld()
  home = join(world.dir, 'home')
  precious = join(home, '.bashrc')
  mkdirSync(home)
  writeFileSync(precious, 'mine')
  mkdirSync(world.jobDir)
})
afterEach(async () => {
  expect([readdirSync(home), readFileSync(precious, 'utf8')]).toEqual([['.bashrc'], 'mine'])
  world.assertUntouched()
  await world[Symbol.asyncDispose]()
})

const inJob = (path: string): string => {
  const full = join(world.jobDir, path)
  mkdirSync(dirname(full), { recursive: true })
  return full
}
const plant = {
  'a link to a file': (path: string) => symlinkSync(precious, inJob(path)),
  'a link to a missing file': (path: string) => symlinkSync(join(home, 'made'), inJob(path)),
  'a link to a folder': (path: string) => symlinkSync(home, inJob(path)),
  'a pipe': (path: string) => execFileSync('mkfifo', [inJob(path)]),
}

describe('a run in a foreign job folder', () => {
  const targets = [{ id: 'one', ratingKey: '101' }]

  test.each(
    [
      'logs/preview.log',
      'logs/meta.log',
      'logs/kometa-console.log',
      'output/summary.json',
      'output/ledger.jsonl',
    ].flatMap((path) => Object.keys(plant).map((what) => [path, what] as const)),
  )('%s is %s: refused in one line, before anything is started', async (path, what) => {
    plant[what as keyof typeof plant](path)
    await expect(run(world, { specs: ['Nosferatu'] })).rejects.toMatchObject({
      code: 'JOB_PATH_UNSAFE',
      message: expect.stringContaining(path) as string,
    })
    expect(world.plex.journal).toEqual([])
  })

  test.each(['input', 'output', 'logs', '.lock', 'output/by_ratingkey', 'output/captured_requests', 'logs/movies'])(
    'the folder %s is a link: refused in one line',
    async (path) => {
      plant['a link to a folder'](path)
      await expect(run(world, { specs: ['Nosferatu'] })).rejects.toMatchObject({ code: 'JOB_PATH_UNSAFE' })
    },
  )

  test.each(['config', 'config/preview.yml'])('%s is a link: no job file is written through it', async (path) => {
    plant[path === 'config' ? 'a link to a folder' : 'a link to a file'](path)
    const running = run(world, { specs: ['Nosferatu'], writeJobFile: true })
    await expect(running).rejects.toMatchObject({ code: 'JOB_PATH_UNSAFE' })
  })

  test('its summary names files elsewhere as outputs: these files stay, and the run says so', async () => {
    const capture = { saved_path: '../home/.bashrc', other_paths: [precious, 'output/../../home/.bashrc'] }
    const summary = {
      exported_files: { one: 'logs/../../home/.bashrc', two: 'config/config.yml' },
      captured_uploads: [capture],
    }
    writeFileSync(inJob('output/summary.json'), JSON.stringify(summary))
    writeFileSync(inJob('config/config.yml'), 'theirs')
    const { lines, summary: done } = await run(world, { specs: ['Nosferatu'] })
    expect(done.status).toBe('success')
    expect(readFileSync(inJob('config/config.yml'), 'utf8')).toBe('theirs')
    expect(lines.filter((line) => line.includes('is no output of this job'))).toHaveLength(5)
  })

  test('its logs are hard links to a file of the user: that file gets no line', async () => {
    for (const name of ['preview.log', 'meta.log', 'kometa-console.log']) linkSync(precious, inJob(`logs/${name}`))
    const { summary } = await run(world, { specs: ['Nosferatu'] })
    expect(summary.status).toBe('success')
    expect(readFileSync(inJob('logs/preview.log'), 'utf8')).toMatch(/^mine.*CAPTURED_UPLOAD/s)
  })

  test('its outputs are hard links to files of the user: these files keep their bytes', async () => {
    await run(world, { specs: ['Nosferatu'] })
    const after = inJob('output/nosferatu-1922_after.webp')
    const name = existsSync(after) ? after : inJob('output/nosferatu-1922_after.jpg')
    rmSync(name)
    linkSync(precious, name)
    rmSync(inJob('output/SHA256SUMS'))
    linkSync(precious, inJob('output/SHA256SUMS'))
    expect((await run(world, { specs: ['Nosferatu'] })).summary.status).toBe('success')
    expect(readFileSync(name, 'latin1')).not.toBe('mine')
  })

  test.each(['../home/.bashrc', '/etc/hostname', 'input/../../home/.bashrc', 'linked/.bashrc', 'input/linked.png'])(
    'its input is %s: refused as documented',
    async (input) => {
      symlinkSync(home, inJob('linked'))
      symlinkSync(precious, inJob('input/linked.png'))
      await expect(run(world, { targets: targets.map((target) => ({ ...target, input })) })).rejects.toMatchObject({
        code: 'JOB_PATH_UNSAFE',
        message: expect.stringMatching(/^the input of the target "one" is not taken: /) as string,
      })
    },
  )

  test('its input is a pipe: refused, and nobody waits for the other end', async () => {
    plant['a pipe']('input/mine.png')
    const running = run(world, { targets: targets.map((target) => ({ ...target, input: 'input/mine.png' })) })
    await expect(running).rejects.toMatchObject({ code: 'JOB_PATH_UNSAFE' })
  })

  test('an earlier run in it was killed: its pictures are removed, and the run says so; other files stay', async () => {
    await run(world, { specs: ['Nosferatu'] })
    const pictures = () => readdirSync(join(world.jobDir, 'output/by_ratingkey'))
    const [captured = ''] = pictures()
    // What kill -9 leaves: captures and a picture without a summary, and an unfinished write.
    rmSync(inJob('output/summary.json'))
    renameSync(
      inJob(`output/by_ratingkey/${captured}`),
      inJob('output/by_ratingkey/9_poster_20200101_000000_000001.jpg'),
    )
    writeFileSync(inJob('output/by_ratingkey/notes.txt'), 'of the user')
    writeFileSync(inJob('output/captured_requests/9_unknown_20200101_000000_000001.bin'), 'half')
    writeFileSync(inJob('output/summary.json.tmp-12-0a1b2c3d'), 'half')
    writeFileSync(inJob('output/m-1931_after.webp'), 'of the killed run')
    const { lines } = await run(world, { specs: ['Nosferatu', 'M'] })
    expect(lines).toContainEqual(
      expect.stringMatching(/^warning an earlier run here was ended .* \d of its captured files/),
    )
    expect(pictures().filter((name) => !/^\d+_poster_/.test(name))).toEqual(['notes.txt'])
    expect(pictures().some((name) => name.startsWith('9_'))).toBe(false)
    expect(readdirSync(join(world.jobDir, 'output/captured_requests'))).toEqual([])
    expect(existsSync(inJob('output/summary.json.tmp-12-0a1b2c3d'))).toBe(false)
  })
})

describe('the config of a foreign job', () => {
  const load = () => loadJobConfig({ kind: 'job', jobDir: world.jobDir }, { env: {} })

  test.each([
    ['config/preview.yml', 'a link to a file'],
    ['config/preview.yml', 'a pipe'],
    ['preview.yml', 'a link to a file'],
    ['config', 'a link to a folder'],
  ] as const)('%s is %s: refused', async (path, what) => {
    plant[what](path)
    writeFileSync(join(home, '..', 'config.yml'), '')
    await expect(load()).rejects.toMatchObject({
      code: expect.stringMatching(/^(JOB_PATH_UNSAFE|JOB_NOT_FOUND)$/) as string,
    })
  })

  test.each(['a link to a file', 'a pipe'] as const)('config.yml next to it is %s: refused', async (what) => {
    writeFileSync(inJob('config/preview.yml'), 'preview: {targets: []}\n')
    plant[what]('config/config.yml')
    await expect(load()).rejects.toMatchObject({ code: 'JOB_PATH_UNSAFE' })
  })

  test('its UUID is a link: the target of the link is disclosed to nobody', async () => {
    writeFileSync(inJob('config/preview.yml'), `preview: {targets: []}\n${readFileSync(world.configPath, 'utf8')}`)
    plant['a link to a file']('config/UUID')
    await expect(load()).rejects.toMatchObject({ code: 'JOB_PATH_UNSAFE' })
  })
})

test('verifying a foreign job reads nothing elsewhere, and waits for no pipe', async () => {
  await run(world, { specs: ['Nosferatu'] })
  const picture = readdirSync(join(world.jobDir, 'output')).find((name) => name.includes('_after.')) ?? ''
  for (const path of [`output/${picture}`, 'output/SHA256SUMS', 'output/fingerprint.json', 'output/ledger.jsonl']) {
    const kept = join(world.dir, 'kept')
    renameSync(inJob(path), kept)
    for (const what of ['a link to a file', 'a pipe'] as const) {
      plant[what](path)
      const live = { config: world.load, dataDir: world.dataDir, signal: new AbortController().signal }
      const { ok, checks } = await verifyJob(world.jobDir, live)
      expect([path, what, ok]).toEqual([path, what, false])
      expect(JSON.stringify(checks)).not.toContain('mine')
      rmSync(inJob(path))
    }
    renameSync(kept, inJob(path))
  }
})
