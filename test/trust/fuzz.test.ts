import { expect, test } from 'vitest'
import { sendBatch } from '../support/batch-client.ts'
import { clientToken, realToken, request } from '../support/proxy-world.ts'
import { sendRaw } from '../support/raw-client.ts'
import { problemOf } from '../support/witness.ts'
import { grouped, recordFigure, sizeFromEnvironment } from './figures.ts'
import { fuzzedRequest } from './fuzz-requests.ts'
import { createRandom } from './random.ts'
import { clientIdentifier, createCountingRecorder, createForgetfulCaptures, startTrustWorld } from './world.ts'

/** TRUST_FUZZ_SECONDS: duration (60). TRUST_FUZZ_REQUESTS: maximum number. TRUST_FUZZ_SEED: the run to repeat. */
const seconds = sizeFromEnvironment('TRUST_FUZZ_SECONDS', 60)
const most = sizeFromEnvironment('TRUST_FUZZ_REQUESTS', 100_000_000)
// CI always uses the same seed, so that a red build can be repeated; by hand the seed is random.
const seed = sizeFromEnvironment('TRUST_FUZZ_SEED', 20_261_123)

test(`fuzzed requests, seed ${seed}`, { timeout: (seconds + 120) * 1_000 }, async () => {
  const problems: string[] = []
  const options = { token: realToken, never: [clientToken], clientIdentifier }
  const recorder = createCountingRecorder()
  await using world = await startTrustWorld({
    recorder,
    captures: createForgetfulCaptures(),
    // An incomplete request must not hold a connection for long.
    limits: { headersTimeoutMs: 60, requestTimeoutMs: 60, checkIntervalMs: 20 },
    plex: {
      clientIdentifier,
      maxEntries: 1_000,
      onRequest(entry) {
        const problem = entry.effect ?? problemOf(entry, options)
        if (problem !== null && problems.length < 10) {
          problems.push(`${problem}: ${JSON.stringify(entry.rawHead.toString('latin1').slice(0, 500))}`)
        }
      },
    },
  })
  const before = world.plex.stateHash()
  const random = createRandom(seed)
  const startedAt = performance.now()
  const statuses = new Map<number, number>()
  let made = 0
  function* requests(): Generator<string> {
    while (made < most && problems.length === 0 && performance.now() - startedAt < seconds * 1_000) {
      made += 1
      yield fuzzedRequest(random)
    }
  }
  const sent = await sendBatch(world.proxy.port, requests(), {
    connections: 64,
    onAnswer: (status) => statuses.set(status, (statuses.get(status) ?? 0) + 1),
  })
  const elapsed = (performance.now() - startedAt) / 1_000
  console.log(
    `seed ${seed}: ${grouped(sent)} requests in ${elapsed.toFixed(0)} s, ${grouped(Math.round(sent / elapsed))}/s`,
  )
  console.log(`answers ${JSON.stringify(Object.fromEntries(statuses))}, verdicts ${JSON.stringify(recorder.counts)}`)
  expect(problems).toEqual([])
  expect(world.plex.stateHash()).toBe(before)
  // The proxy is alive, and it let something through.
  expect((await sendRaw(world.proxy.port, request('GET', '/identity'))).status).toBe(200)
  expect(world.plex.requests).toBeGreaterThan(sent / 100)
  expect(recorder.counts.refused).toBeGreaterThan(sent / 10)
  expect(statuses.get(500) ?? 0).toBe(0)
  recordFigure({
    name: 'fuzzed requests',
    value: `${grouped(sent)} in ${elapsed.toFixed(0)} s (${grouped(Math.round(sent / elapsed))}/s), seed ${seed}: ${grouped(world.plex.requests)} arrived, all canonical reads; 0 crashes`,
    goal: '1,000,000 by hand: 0 through',
  })
})
