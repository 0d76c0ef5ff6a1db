import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { canaries, filesBelow, startJobWorld } from '../e2e/job-world.ts'
import { encodings } from '../support/encodings.ts'
import { compile } from './compiled.ts'
import { grouped, recordFigure } from './figures.ts'
import type { RunJobOrder } from './programs/run-job.ts'

/** Each secret can be found in any text; some contain characters that encodings treat differently. */
const keys = {
  tmdb: 'canary0tmdb0apikey0123456789abcdef',
  omdb: 'c4nary/omdb+key=&7',
  mdblist: 'canaryMDBLIST "quoted" <key>',
  tautulli: 'canarytautulli0123456789',
  radarr: 'canary%radarr%41',
}
const secrets = [canaries.plex, ...Object.values(keys)]

const config = (url: string) => `plex: {url: ${url}, token: ${canaries.plex}}
tmdb: {apikey: ${keys.tmdb}}
omdb: {apikey: '${keys.omdb}'}
mdblist: {apikey: '${keys.mdblist}'}
tautulli: {url: "http://127.0.0.1:9", apikey: '${keys.tautulli}'}
radarr: {url: "http://127.0.0.1:9", token: '${keys.radarr}'}
libraries:
  Movies: {overlay_files: [{default: resolution}]}
`

const needles = secrets.flatMap((secret) =>
  encodings.map(([encoding, encode]) => ({
    secret,
    encoding,
    bytes: encode(secret),
    lower: encode(secret).toString('latin1').toLowerCase(),
  })),
)

/** The secrets in these bytes and their encodings; escapes may have either case. */
function found(bytes: Buffer, where: string): string[] {
  const lower = bytes.toString('latin1').toLowerCase()
  return needles.flatMap(({ secret, encoding, bytes: needle, lower: lowerNeedle }) => {
    const isEscape = /percent|JSON|full|hex/.test(encoding)
    const hit = isEscape ? lower.includes(lowerNeedle) : bytes.includes(needle)
    return hit ? [`${where}: ${secret} ${encoding}`] : []
  })
}

let programs: string
beforeAll(async () => {
  programs = join(await compile(), 'test', 'trust', 'programs')
}, 120_000)

const sum = { files: 0, bytes: 0, processes: 0, looks: 0 }

test.each(['success', 'crash'])('a job that ends in a %s, with a Kometa that leaks all it knows', async (end) => {
  await using world = await startJobWorld({ config })
  const scratch = mkdtempSync(join(tmpdir(), 'secrets-'))
  const secretsFile = join(scratch, 'secrets.json')
  writeFileSync(secretsFile, JSON.stringify(secrets))
  const order: RunJobOrder = {
    ...{
      configPath: world.configPath,
      jobDir: world.jobDir,
      dataDir: world.dataDir,
      specs: ['Nosferatu'],
      aloud: true,
    },
    ...{ script: join(programs, 'leaky.js'), scriptArgs: [secretsFile, end] },
  }
  const tool = spawn(process.execPath, [join(programs, 'run-job.js'), JSON.stringify(order)])
  const outputs = Promise.all([buffer(tool.stdout), buffer(tool.stderr)])
  const seen = { leaks: new Set<string>(), ended: false }
  const ended = once(tool, 'close').then(() => {
    seen.ended = true
  })
  while (!seen.ended) {
    for (const leak of [...argumentsOfAll(), ...whileRunning(world.dataDir)]) seen.leaks.add(leak)
    sum.looks += 1
    await Promise.race([ended, wait(50)])
  }
  const [stdout, stderr] = await outputs
  const status = /\nend (\w+) (\d+)/.exec(stdout.toString())
  // An upload by a URL that leads nowhere makes the successful job partial.
  expect([status?.[1], stderr.length > 0]).toEqual([end === 'success' ? 'partial' : 'failed', true])

  const leaks = [...seen.leaks, ...found(stdout, 'standard output'), ...found(stderr, 'standard error')]
  for (const [root, name] of [
    [world.jobDir, 'job'],
    [world.dataDir, 'data'],
  ] as const) {
    for (const file of filesBelow(root)) {
      const bytes = readFileSync(join(root, file))
      sum.files += 1
      sum.bytes += bytes.length
      leaks.push(...found(bytes, `${name}/${file}`), ...found(Buffer.from(file), `the name ${file}`))
    }
  }
  expect(leaks).toEqual([])
  // The leaked text is there without the secrets, so the search has searched the right files.
  for (const log of ['kometa-console.log', 'meta.log']) {
    expect(readFileSync(join(world.jobDir, 'logs', log), 'utf8')).toMatch(
      /percent-encoded twice: .*\(redacted\).*in one/,
    )
  }
  expect(readFileSync(join(world.jobDir, 'output', 'ledger.jsonl'), 'utf8')).toContain('title.value=')
  world.assertUntouched()
  rmSync(scratch, { recursive: true })
})

test('the figure', () => {
  recordFigure({
    name: 'planted secrets in any file, output, reply, argument list',
    value: `0 of ${secrets.length} secrets in ${encodings.length} encodings, whole and over two writes: in ${sum.files} files (${grouped(sum.bytes)} bytes), outputs, events, arguments of ${sum.processes} processes (${sum.looks} looks)`,
    goal: '0',
  })
  expect(sum.files).toBeGreaterThan(10)
  expect(process.platform !== 'linux' || sum.processes > 10).toBe(true)
})

/** /proc/<pid>/cmdline and environ of all processes; only Linux shows them in this way. */
function argumentsOfAll(): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    const bytes = read(`/proc/${pid}/cmdline`)
    if (bytes === null) return []
    sum.processes += 1
    const environment = read(`/proc/${pid}/environ`) ?? Buffer.alloc(0)
    return [...found(bytes, 'arguments'), ...found(environment, 'environment')]
  })
}

/**
 * While Kometa runs, the keys are only in its run config, in a folder that nobody else may open; the token is nowhere.
 */
function whileRunning(dataDir: string): string[] {
  const workspaces = join(dataDir, 'workspaces')
  if (!existsSync(workspaces)) return []
  return readdirSync(workspaces).flatMap((name) => {
    const folder = join(workspaces, name)
    const mode = modeOf(folder)
    const open =
      mode !== null && process.platform !== 'win32' && (mode & 0o077) !== 0 ? [`${name} is open to others`] : []
    return [...open, ...allFiles(folder).flatMap((file) => leaksOf(folder, file))]
  })
}

function leaksOf(folder: string, file: string): string[] {
  const bytes = read(join(folder, file))
  if (bytes === null) return []
  const leaks = found(bytes, `workspace/${file}`)
  // The run config is also where Kometa looks by default. Kometa's own log is in its workspace, and is removed with it.
  const isPrivate = /kometa_run\.yml$|kometa\/config\/config\.yml$|meta\.log$/.test(file)
  return isPrivate ? leaks.filter((leak) => !/meta\.log$/.test(file) && leak.includes(canaries.plex)) : leaks
}

function allFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  } catch {
    // The folder was removed during the search.
    return []
  }
}

function read(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch {
    // The file disappeared during the search.
    return null
  }
}

function modeOf(path: string): number | null {
  try {
    return statSync(path).mode
  } catch {
    // The file disappeared during the search.
    return null
  }
}
