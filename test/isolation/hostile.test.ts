import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { chooseIsolation } from '../../src/kometa/isolation/isolation.ts'
import { canaries, defaultConfig, type JobWorld, run, scriptRenderer, startJobWorld } from '../e2e/job-world.ts'
import { recordFigure } from '../trust/figures.ts'
import { startWitnesses } from './witnesses.ts'

const script = fileURLToPath(new URL('hostile.py', import.meta.url))
/** The interpreter itself, because a version manager's shim would look for its own home. */
const python =
  spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout?.trim() ?? ''
await using isolation = await chooseIsolation('auto', { env: process.env, python: null })
const linuxOnly = process.platform === 'linux' && python !== ''

/** A request that the tool itself sent, on a connection that was then stolen. */
const ownRequest = /(GET|HEAD) [^\r]+\r\n(?:[^\r]+\r\n)*?X-Plex-Client-Identifier: (?:[^\r]+\r\n)*\r\n/gi

interface Outcome {
  name: string
  /** The attempt's own words. */
  says: string
  /** The listeners that the attempt reached. */
  reached: string[]
}

/** Runs one job with the hostile Kometa and returns what all the listeners saw. */
async function tryAll(isolate: 'on' | 'off'): Promise<{ outcomes: Outcome[]; seen: string; world: JobWorld }> {
  await using world = await startJobWorld()
  // Without isolation the attempt does reach Plex past the proxy, but as itself and without the token.
  if (isolate === 'off') world.plex.mayChange(/hostile-/)
  await using witnesses = await startWitnesses(Number(new URL(world.plex.url).port), world.dir)
  const { ports, sightings } = witnesses
  writeFileSync(world.configPath, defaultConfig(`http://127.0.0.1:${ports.plexPort}`))
  const spec = join(world.dir, 'spec.json')
  // The marker tells the attempt what to look for; the token is what it would send if it had found it.
  const marker = Buffer.from(canaries.plex).toString('base64')
  writeFileSync(spec, JSON.stringify({ ...ports, toolPid: process.pid, token: null, marker }))
  const renderer = { ...scriptRenderer(''), command: python, args: () => [script, spec] }
  const { summary } = await run(world, { specs: ['Nosferatu'], isolate, renderer })
  expect(summary.isolation.mode).toBe(isolate === 'on' ? 'namespace' : 'none')
  const log = readFileSync(join(world.jobDir, 'logs', 'kometa-console.log'), 'utf8')
  const outcomes = [...log.matchAll(/^HOSTILE (.*)$/gm)].map(([, json = '']) => {
    const { name, says } = JSON.parse(json) as { name: string; says: string }
    const reached = sightings
      .filter(({ text }) => new RegExp(`hostile-${name}\\b`).test(text))
      .map(({ where }) => where)
    return { name, says, reached: [...new Set(reached)] }
  })
  const seen = sightings.filter(({ text }) => text.includes('hostile-')).map(({ text }) => text)
  // Connections that are not the tool's own, including silent ones.
  const silent = sightings.filter(
    ({ text }) => !text.includes('X-Plex-Client-Identifier') && !text.includes('hostile-'),
  )
  expect(silent).toEqual([])
  if (isolate === 'on') world.assertUntouched()
  return { outcomes, seen: seen.join('\n').replace(ownRequest, ''), world }
}

test.skipIf(!linuxOnly)('what a hostile Kometa reaches, without and with its own namespace', async () => {
  const open = await tryAll('off')
  const closed = isolation.mode === 'namespace' ? await tryAll('on') : null
  const rows = open.outcomes.map(({ name, reached, says }, index) => {
    const inside = closed?.outcomes[index]
    const word = (outcome: Outcome | undefined) =>
      outcome === undefined ? '-' : outcome.reached.length > 0 ? `reached ${outcome.reached.join(', ')}` : outcome.says
    const outside = reached.length > 0 ? `reached ${reached.join(', ')}` : says
    return `${name.padEnd(22)} | ${outside.padEnd(60)} | ${word(inside)}`
  })
  process.stdout.write(
    `\n${'way round'.padEnd(22)} | ${'without isolation'.padEnd(60)} | with isolation\n${rows.join('\n')}\n`,
  )
  if (!closed) process.stdout.write(`no isolation on this system: ${isolation.why}\n`)

  expect(open.outcomes.length).toBeGreaterThanOrEqual(20)
  // The attempts are real: without isolation, most of them get through.
  expect(open.outcomes.filter(({ reached }) => reached.length > 0).length).toBeGreaterThanOrEqual(12)
  expect(open.seen).not.toContain(canaries.plex)
  expect(open.outcomes.find(({ name }) => name === 'search_files')?.says).toBe('not found')
  for (const name of ['gate_connect', 'gate_plain']) {
    expect(open.outcomes.find((outcome) => outcome.name === name)).toMatchObject({
      reached: [],
      says: expect.stringContaining('403'),
    })
  }
  if (!closed) return
  const connections = closed.outcomes.filter(({ reached }) => reached.length > 0)
  const tokens = closed.outcomes.filter(({ says }) => says.startsWith('TOKEN'))
  recordFigure({
    name: 'hostile Kometa that tries ways round the proxy, isolated',
    value: `${closed.outcomes.length} ways: ${connections.length} connections, ${tokens.length} tokens`,
    goal: '0 connections, 0 tokens',
  })
  expect(closed.outcomes.map(({ name }) => name)).toEqual(open.outcomes.map(({ name }) => name))
  expect(connections).toEqual([])
  expect(closed.seen).toBe('')
  expect(tokens).toEqual([])
})
