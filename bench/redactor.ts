import { createRedactor } from '../src/util/redact.ts'
import { atMost, type BenchOptions, beside, type Figures, median } from './figures.ts'

/** A line of the ledger. Its query has percent-encoded characters, which the redactor has to decode. */
const ledgerLine = JSON.stringify({
  seq: 1234,
  prev: 'a0b1c2d3'.repeat(8),
  time: '2025-01-01T00:00:00.000000Z',
  source: 'proxy',
  server: 'ab12cd34ef'.repeat(4),
  method: 'GET',
  target:
    '/library/sections/1/all?includeGuids=1&title=Definition%20of%20Nothing&type=1&X-Plex-Container-Start=0&X-Plex-Container-Size=120',
  verdict: 'forward',
  reason: '/library/sections/{id}/all',
  status: 200,
  bytes: 12345,
  durationMs: 12.3,
})
const lines = 20_000

/** How long it takes to scrub one line: with the secrets of an ordinary config, and with far more of them. */
export async function measureRedactor({ rounds }: BenchOptions): Promise<Figures> {
  const sets: [string, string[]][] = [
    ['no secret', []],
    ['20 secrets of 32 characters', Array.from({ length: 20 }, (_, at) => madeUp(at, 32))],
    ['1,000 secrets of 32 characters', Array.from({ length: 1_000 }, (_, at) => madeUp(at, 32))],
    [
      '1,000 secrets of 6 to 4,096 characters',
      Array.from({ length: 1_000 }, (_, at) => madeUp(at, 6 + ((at * 131) % 4_091))),
    ],
  ]
  const measured = sets.map(([name, secrets]) => {
    const { text } = createRedactor(secrets)
    const each = (): number => {
      // Processor time does not count the time in which the machine does something else.
      const started = process.cpuUsage()
      for (let at = 0; at < lines; at += 1) text(ledgerLine)
      const { user, system } = process.cpuUsage(started)
      return (user + system) / lines
    }
    // One round is not counted: it lets V8 compile the code, as it does in a job.
    each()
    return { name, times: Array.from({ length: rounds }, each) }
  })
  return {
    title: `The redactor, a ledger line of ${ledgerLine.length} characters`,
    rows: measured.map(({ name, times }) =>
      name.startsWith('1,000') ? atMost(name, median(times), 20, 'us') : beside(name, median(times), 'us'),
    ),
    details: measured,
  }
}

/** A made-up secret that looks random and is the same in every run. */
function madeUp(seed: number, chars: number): string {
  let text = ''
  for (let at = 0; text.length < chars; at += 1)
    text += Buffer.from(`${seed * 7919}-${at * 104_729}`).toString('base64')
  return text.slice(0, chars)
}
