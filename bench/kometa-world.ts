import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Summary, summarySchema } from '../src/contract/summary.ts'
import { startOutsideWorld } from '../test/support/network/outside-world.ts'
import { type Peer, startPeer } from './peer.ts'
import type { BenchCounts, BenchServerOptions } from './sample-server.ts'

/** How long the sample Plex takes for a request and for each listed item: about as long as a real Plex does. */
const realServer = { delayMs: 2, perItemDelayMs: 0.1, labelled: 0.3 }
const kometaFlags =
  '--run --overlays-only --ignore-schedules --read-only-config --no-report --no-missing --no-countdown'
const memoryLookMs = 50

export type SampleServer = Peer<{ url: string; token: string }>

/** The measurements of one preview, or of one run of Kometa without us. */
export interface Run extends BenchCounts {
  ms: number
  /** The peak of our own process; null if the system does not report it. */
  peakBytes: number | null
  selfCheck: number
  before: number
  verification: number
  /** How many Kometa processes ran. */
  kometas: number
  strategies: string[]
}

export interface KometaWorld extends AsyncDisposable {
  readonly env: NodeJS.ProcessEnv
  readonly kometa: { home: string; python: string }
  server(options: Pick<BenchServerOptions, 'films'> & Partial<BenchServerOptions>): Promise<SampleServer>
  /** Writes a config into a new folder of this name, and returns the path of the config. */
  config(name: string, server: SampleServer, options?: ConfigOptions): string
  /** Runs the command and measures it from start to exit. Throws if the preview did not succeed. */
  preview(server: SampleServer, config: string, targets: readonly string[]): Promise<Run>
  /** Runs the real Kometa without the proxy. Kometa then writes to the server. */
  direct(server: SampleServer, config: string): Promise<Run>
}

export interface ConfigOptions {
  libraries?: readonly string[]
  overlays?: string
  /** More sections for the config, as YAML text. */
  more?: string
}

/** Prepares the real Kometa and a stand-in for the internet. Every file is written below `scratch`. */
export async function startKometaWorld(scratch: string): Promise<KometaWorld> {
  const { KOMETA_HOME: home, KOMETA_PYTHON: python = 'python3', PATH } = process.env
  if (!home) throw new Error('set KOMETA_HOME and KOMETA_PYTHON')
  const world = await startOutsideWorld(join(scratch, 'certificates'))
  const env = { PATH, HOME: scratch, ...world.env, KOMETA_HOME: home, KOMETA_PYTHON: python }
  let number = 0

  const counted = async (server: SampleServer, act: () => Promise<Timed>): Promise<Timed & BenchCounts> => {
    await server.ask('clear')
    const timed = await act()
    return { ...timed, ...(await server.ask<BenchCounts>('count')) }
  }

  return {
    env,
    kometa: { home, python },
    server: (options) => startPeer('sample-server', [JSON.stringify({ ...realServer, libraries: 1, ...options })]),
    config(name, { hello }, { libraries = ['Movies'], overlays = '{default: resolution}', more = '' } = {}) {
      const folder = join(scratch, name, 'config')
      mkdirSync(folder, { recursive: true })
      const path = join(folder, 'config.yml')
      const each = libraries.map((library) => `  ${library}: {overlay_files: [${overlays}]}\n`).join('')
      writeFileSync(
        path,
        `plex: {url: "${hello.url}", token: ${hello.token}, timeout: 600}
tmdb: {apikey: 0123456789abcdef0123456789abcdef}
settings: {cache: false, run_order: [operations, metadata, collections, overlays]}
${more}libraries:
${each}`,
      )
      return path
    },
    async preview(server, config, targets) {
      number += 1
      const out = join(scratch, `job-${number}`)
      const wanted = targets.flatMap((key) => ['--target', key])
      const places = ['--out', out, '--data', join(scratch, 'data'), '--port', '0']
      const args = ['dist/cli/main.js', 'run', '--config', config, ...wanted, ...places, '--json']
      const run = await counted(server, () => timed(process.execPath, args, process.cwd(), env))
      const summary = summarySchema.parse(JSON.parse(readFileSync(join(out, 'output/summary.json'), 'utf8')))
      if (summary.status !== 'success') throw new Error(`the preview was no success: ${summary.problems.join('; ')}`)
      return { ...run, ...countsOf(summary, targets.length), kometas: logsOfKometa(join(out, 'logs')) }
    },
    async direct(server, config) {
      const args = [join(home, 'kometa.py'), '--config', config, ...kometaFlags.split(' ')]
      const run = await counted(server, () => timed(python, args, join(config, '../..'), env))
      return { ...run, peakBytes: null, selfCheck: 0, before: 0, verification: 0, kometas: 1, strategies: [] }
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }
}

/** The requests of a job that were made for us and not for Kometa. */
export function countsOf(summary: Summary, targets: number) {
  return {
    selfCheck: summary.scope.reduce((sum, { requests }) => sum + requests.self_check, 0),
    before: targets,
    verification: summary.verification.requests,
    strategies: summary.scope.map(({ strategy }) => strategy),
  }
}

/** Requests for Kometa: all requests except those for the self-check, the before pictures and the verification. */
export const forKometa = (run: Pick<Run, 'requests' | 'selfCheck' | 'before' | 'verification'>): number =>
  run.requests - run.selfCheck - run.before - run.verification

/** The number of Kometa's logs, which is the number of its processes. */
const logsOfKometa = (folder: string): number =>
  readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('meta.log')).length

interface Timed {
  ms: number
  peakBytes: number | null
}

async function timed(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Timed> {
  const started = performance.now()
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4_000)
  })
  const gone = new AbortController()
  const watching = watchMemory(child.pid ?? 0, gone.signal)
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  const ms = performance.now() - started
  gone.abort()
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${errors}`)
  return { ms, peakBytes: await watching }
}

/** The peak of a process's resident memory as Linux reports it. The last value is read shortly before the exit. */
async function watchMemory(pid: number, gone: AbortSignal): Promise<number | null> {
  let peak: number | null = null
  while (!gone.aborted) {
    try {
      const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      if (kilobytes !== undefined) peak = Number(kilobytes) * 1024
    } catch {
      // The process has ended, or the system is not Linux.
    }
    await wait(memoryLookMs, undefined, { signal: gone }).catch(() => undefined)
  }
  return peak
}
