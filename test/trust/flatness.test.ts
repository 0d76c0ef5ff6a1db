import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { sendBatch } from '../support/batch-client.ts'
import { startPromiscuousPlex } from '../support/promiscuous/promiscuous.ts'
import { clientToken, realToken, request } from '../support/proxy-world.ts'
import { sectionMetaXml } from '../support/tiny-plex.ts'
import { problemOf } from '../support/witness.ts'
import { compile } from './compiled.ts'
import { grouped, recordFigure, sizeFromEnvironment } from './figures.ts'
import type { Held } from './programs/proxy.ts'
import { clientIdentifier } from './world.ts'

/** TRUST_FLAT_REQUESTS: how many requests (20,000; by hand 500,000). */
const count = sizeFromEnvironment('TRUST_FLAT_REQUESTS', 20_000)
/** Requests until Node's own pools and caches have reached their full size. */
const warmUp = Math.min(50_000, Math.ceil(count / 2))
const mebibyte = 1024 * 1024
/** A small nursery: otherwise the up to 48 MB that V8 uses for garbage would hide a leak. */
const flags = ['--expose-gc', '--max-semi-space-size=1']

let program: string
beforeAll(async () => {
  program = join(await compile(), 'test', 'trust', 'programs', 'proxy.js')
}, 120_000)

/**
 * What a job sends, and what it should not send: reads, pictures, refused reads, writes, uploads, clients that hang up.
 */
const kinds: ((at: number) => string)[] = [
  (at) => request('GET', `/library/metadata/${at}`),
  (at) => request('GET', `/library/sections/${(at % 50) + 1}/all?type=1&genre=${at}`),
  (at) => request('HEAD', `/library/metadata/${at}/thumb/${at}`),
  (at) => request('GET', `/library/metadata/${at}/posters`),
  (at) => request('GET', `/library/metadata/${at}/refresh`),
  (at) => request('PUT', `/library/sections/1/all?type=1&id=${at}&title.value=a`),
  (at) => request('POST', `/library/metadata/${at}/posters`, [], `GIF89a${'a'.repeat(at % 3_000)}`),
  (at) => request('POST', `/library/metadata/${at}/posters?url=https%3A%2F%2Fexample.invalid%2F${at}.jpg`),
  (at) => request('GET', `/library/metadata/${at}`, ['Connection: close']),
  (at) => request('GET', '/identity', [], `body ${at}`),
]

function* requests(from: number, to: number): Generator<string> {
  for (let at = from; at < to; at += 1) yield kinds[at % kinds.length]?.(at + 1) ?? ''
}

test(`${grouped(count)} requests: memory, descriptors, sockets and timers stay what they were`, {
  timeout: 60_000 + count * 5,
}, async () => {
  const problems: string[] = []
  const options = { token: realToken, never: [clientToken], clientIdentifier }
  await using plex = await startPromiscuousPlex({
    clientIdentifier,
    maxEntries: 1_000,
    answer: (target) => (target.includes('includeMeta=1') ? sectionMetaXml : null),
    onRequest(entry) {
      const problem = entry.effect ?? problemOf(entry, options)
      if (problem !== null && problems.length < 5) problems.push(problem)
    },
  })
  const child = spawn(process.execPath, [...flags, program, plex.url], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const port = Number((await lines.next()).value)
  const held = async (): Promise<Held> => {
    // Unused connections to Plex close on their own; then the process is at rest.
    while (plex.connections > 0) await wait(50)
    child.stdin.write('now\n')
    return JSON.parse((await lines.next()).value ?? '') as Held
  }
  await sendBatch(port, requests(0, warmUp))
  const before = await held()
  const startedAt = performance.now()
  await sendBatch(port, requests(warmUp, warmUp + count))
  const perSecond = Math.round(count / ((performance.now() - startedAt) / 1_000))
  const after = await held()
  child.stdin.end()
  await once(child, 'close')

  expect(problems).toEqual([])
  expect(plex.requests).toBeGreaterThan(count * 0.4)
  const grown = (name: 'rssBytes' | 'heapBytes' | 'externalBytes') => (after[name] - before[name]) / mebibyte
  console.log(`${grouped(count)} requests, ${grouped(perSecond)}/s`, { before, after })
  expect(grown('heapBytes') + grown('externalBytes')).toBeLessThan(8)
  expect(grown('rssBytes')).toBeLessThan(20)
  expect(after.descriptors).toBe(before.descriptors)
  expect(after.resources).toEqual(before.resources)
  recordFigure({
    name: 'resources after many requests',
    value: `${grouped(count)} requests (${grouped(perSecond)}/s): resident memory ${grown('rssBytes') >= 0 ? '+' : ''}${grown('rssBytes').toFixed(1)} MB, heap ${grown('heapBytes').toFixed(1)} MB, descriptors ${before.descriptors} -> ${after.descriptors}, sockets and timers as before`,
    goal: '500,000 by hand: flat within 20 MB, no descriptor, socket or timer left',
  })
})
