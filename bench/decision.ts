import { classifyRead } from '../src/policy/classify-read.ts'
import { createTokenCheck, createTokenSearch } from '../src/policy/token-check.ts'
import { decide } from '../src/policy/verdict.ts'
import { atMost, type BenchOptions, beside, type Figures, median } from './figures.ts'

const token = 'benchClientToken0123456789'
const decisions = 200_000
/** The reads that Kometa sends most often, and its writes. */
const requests: readonly { method: string; target: (index: number) => string }[] = [
  { method: 'GET', target: (index) => `/library/metadata/${index}` },
  { method: 'GET', target: (index) => `/library/metadata/${index}/thumb/1600000000` },
  { method: 'GET', target: (index) => `/library/sections/1/all?includeGuids=1&title=Definition%20${index}&type=18` },
  { method: 'POST', target: (index) => `/library/metadata/${index}/posters` },
  { method: 'DELETE', target: (index) => `/library/metadata/${index}` },
]

/** How long the policy takes for a decision. Each decision is timed alone, because a mean would hide the slow ones. */
export async function measureDecision({ rounds }: BenchOptions): Promise<Figures> {
  const context = {
    section: () => undefined,
    listedArtwork: () => false,
    acceptsToken: createTokenCheck(token),
    holdsToken: createTokenSearch(token),
  }
  if (!classifyRead({ method: 'GET', rawResource: '/library/metadata/1', context }).ok) {
    throw new Error('the read is not on the list')
  }
  const times = new Float64Array(decisions)
  const each = (): { p50: number; p99: number } => {
    for (let index = 0; index < decisions; index++) {
      const { method, target } = requests[index % requests.length] ?? { method: 'GET', target: String }
      const summary = {
        method,
        rawResource: target(index),
        httpVersion: '1.1',
        hasBody: method === 'POST',
        hasUpgrade: false,
        hasHost: true,
        tooManyHeaders: false,
        tokenHeader: token,
      }
      const started = process.hrtime.bigint()
      decide(summary, context)
      times[index] = Number(process.hrtime.bigint() - started) / 1_000
    }
    const sorted = times.toSorted()
    return { p50: sorted[decisions / 2] ?? Number.NaN, p99: sorted[Math.floor(decisions * 0.99)] ?? Number.NaN }
  }
  // One round is not counted: it lets V8 compile the code, as it does during the first requests of a job.
  each()
  const all = Array.from({ length: rounds }, each)
  return {
    title: 'The policy',
    rows: [
      atMost('decision, p99', median(all.map(({ p99 }) => p99)), 3, 'us'),
      beside('decision, p50', median(all.map(({ p50 }) => p50)), 'us'),
    ],
    details: all,
  }
}
