import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCaptureStore } from '../../src/proxy/capture/store.ts'
import { startProxy } from '../../src/proxy/server.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { createListRecorder } from '../support/proxy-world.ts'
import { type SamplePlex, startSamplePlex } from '../support/sample-plex.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { clientLibraries, clientPlaylists } from './client-libraries.ts'
import { pythonEnvironment, pythonMissing } from './python-env.ts'

/** One call of a method, or what is wrong with the table of methods. */
interface Line {
  method: string
  kind: string
  note?: string
  problem: string | null
  sent?: [verb: string, path: string, status: number][]
}

interface LastLine {
  done: true
  calls: number
  plexapi: string
  pillow: string
  pictures: string[]
}

const missing = pythonMissing()
// Said loudly: a suite that is silently left out looks like one that passed.
if (missing !== null) process.stderr.write(`\nSKIPPED: the plexapi client suite: ${missing}\n\n`)

const prepareTimeoutMs = 300_000
const driveTimeoutMs = 180_000
const clientToken = 'client-suite-token-0123456789'

describe.skipIf(missing !== null)('python-plexapi through the proxy', () => {
  const jobDir = mkdtempSync(join(tmpdir(), 'kometa-preview-clients-'))
  const pictures = mkdtempSync(join(tmpdir(), 'kometa-preview-pictures-'))
  const lines: Line[] = []
  let last: LastLine
  let plex: SamplePlex
  let stateBefore: string
  let captured: { sha256: string | null; parse_error: string | null }[]

  beforeAll(async () => {
    const python = pythonEnvironment('clients')
    plex = await startSamplePlex({ libraries: clientLibraries(), playlists: clientPlaylists })
    stateBefore = plex.stateHash()
    const connection = connectToSeenPlex({
      url: plex.url,
      token: plex.token,
      verifySsl: true,
      clientIdentifier: 'client-suite',
    })
    const captures = createCaptureStore({ job: openBeneath(jobDir) })
    const recorder = createListRecorder()
    const proxy = await startProxy({
      connection,
      serverId: plex.machineIdentifier,
      clientToken,
      captures,
      recorder,
      preferredPort: 0,
    })
    try {
      for (const line of await drive(python, proxy.url, pictures)) {
        if ('done' in line) last = line
        else lines.push(line)
      }
      captured = [...captures.list()]
    } finally {
      await proxy[Symbol.asyncDispose]()
      await connection[Symbol.asyncDispose]()
    }
  }, prepareTimeoutMs)

  afterAll(async () => {
    await plex?.[Symbol.asyncDispose]()
    for (const folder of [jobDir, pictures]) rmSync(folder, { recursive: true, force: true })
  })

  it('called every method of the pinned plexapi', () => {
    expect([last.plexapi, last.pillow]).toEqual(['4.18.1', '12.2.0'])
    expect(last.calls).toBe(lines.filter((line) => line.sent !== undefined).length)
    // plexapi 4.18.1 has at least this many; a suite that finds only a handful is broken.
    expect(new Set(lines.map((line) => line.method)).size).toBeGreaterThan(700)
  })

  it('every write returns, every GET that changes state raises immediately, and no method is unknown', () => {
    const wrong = lines.filter((line) => line.problem !== null)
    expect(
      wrong.map((line) => `${line.method} (${[line.kind, line.note].filter(Boolean).join(', ')}): ${line.problem}`),
    ).toEqual([])
  })

  it('found what it must find: writes and GETs that change state for every object', () => {
    for (const name of [
      'Movie',
      'Show',
      'Season',
      'Episode',
      'Collection',
      'Playlist',
      'Library',
      'MovieSection',
      'PlexServer',
    ]) {
      expect(
        lines.some((line) => line.method.startsWith(`${name}.`) && line.kind === 'write'),
        name,
      ).toBe(true)
    }
    for (const name of ['Movie', 'Show', 'Season', 'Episode', 'Playlist', 'Library', 'ShowSection', 'PlexServer']) {
      expect(
        lines.some((line) => line.method.startsWith(`${name}.`) && line.kind === 'changes'),
        name,
      ).toBe(true)
    }
  })

  it('the sample Plex received no write, and only reads without a body and with its own token', () => {
    expect(plex.journal.length).toBeGreaterThan(1_000)
    expect(plex.writes.map((entry) => `${entry.method} ${entry.target}`)).toEqual([])
    expect(plex.stateHash()).toBe(stateBefore)
    const odd = plex.journal.filter(
      (entry) => !/^(?:GET|HEAD)$/.test(entry.method) || entry.bodyBytes > 0 || entry.target.includes(clientToken),
    )
    expect(odd.map((entry) => `${entry.method} ${entry.target}`)).toEqual([])
    const leaked = plex.journal.filter((entry) => entry.rawHead.includes(clientToken))
    expect(leaked).toEqual([])
  })

  it('kept every uploaded picture byte for byte', () => {
    const kept = new Set(captured.map((capture) => capture.sha256))
    expect(last.pictures.length).toBeGreaterThan(20)
    expect(last.pictures.filter((sha256) => !kept.has(sha256))).toEqual([])
  })
})

/** Runs the driver to its end and returns its lines. */
function drive(python: string, url: string, folder: string): Promise<(Line | LastLine)[]> {
  return new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL('drive_plexapi.py', import.meta.url))
    const child = spawn(python, ['-B', script, url, folder], {
      env: { PATH: process.env.PATH, SYSTEMROOT: process.env.SYSTEMROOT, PLEX_TOKEN: clientToken, HOME: folder },
      timeout: driveTimeoutMs,
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code !== 0) reject(new Error(`the driver ended with ${code}: ${Buffer.concat(err)}`))
      else
        resolve(
          Buffer.concat(out)
            .toString()
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Line | LastLine),
        )
    })
  })
}
