import {
  type SamplePlex,
  type SamplePlexOptions,
  startSamplePlex as startReadOnlyPlex,
} from '../../src/demo/sample-plex/sample-plex.ts'
import { writeRoutes } from './sample-plex/write-routes.ts'
import { problemOf, type WitnessOptions } from './witness.ts'

export type { SamplePlex, SamplePlexOptions }

/** A sample Plex that writes change, and that nobody checks. */
export const startUnwatchedPlex = (options: SamplePlexOptions): Promise<SamplePlex> =>
  startReadOnlyPlex({ writeRoutes, ...options })

/**
 * What a test sends with its own requests to Plex, past the proxy, to compare: the witness lets them be. The product never sends it, and
 * no client of the proxy may.
 */
export const ownRequest = { 'x-test-request': 'straight' } as const
const straightLine = /\r\nx-test-request: straight\r\n/i

export interface WatchedOptions extends SamplePlexOptions {
  /** What the witness must know beyond token and prefix: other tokens that the test sends, secrets, the client's name. */
  witness?: Partial<WitnessOptions>
}

/** A sample Plex that fails the test at its end when it was changed, or when anything but canonical reads has reached it. */
export interface WatchedPlex extends SamplePlex {
  /** The state may be another at the end: this test changes Plex itself, with requests marked `ownRequest`, or with these. */
  mayChange(own?: RegExp): void
  /** Throws when the invariant does not hold; disposing does the same. */
  assertUntouched(): void
}

/**
 * The sample Plex of every test that has one (invariant I-0): its state is the same at the end, and its journal of raw bytes holds nothing
 * but canonical reads. It is checked when the server is disposed of, so that no test can forget it.
 */
export async function startSamplePlex({ witness, ...options }: WatchedOptions): Promise<WatchedPlex> {
  const plex = await startUnwatchedPlex(options)
  const before = plex.stateHash()
  const wanted = { token: plex.token, prefix: options.pathPrefix ?? '', ...witness }
  const problems: string[] = []
  const marks = [straightLine]
  let mayChange = false
  let looked = 0

  function look(): void {
    for (const entry of plex.journal.slice(looked)) {
      const text = entry.rawHead.toString('latin1')
      if (marks.some((mark) => mark.test(text))) continue
      const problem = entry.isWrite ? 'it is a write' : problemOf(entry, wanted)
      if (problem !== null) problems.push(`${problem}: ${JSON.stringify(text.slice(0, 300))}`)
    }
    looked = plex.journal.length
  }
  function assertUntouched(): void {
    look()
    if (!mayChange && plex.stateHash() !== before) problems.unshift('the state of Plex has changed')
    if (problems.length === 0) return
    const more = problems.length > 5 ? `\nand ${problems.length - 5} more` : ''
    throw new Error(`not only canonical reads have reached Plex:\n${problems.slice(0, 5).join('\n')}${more}`)
  }

  return Object.assign(Object.create(plex) as SamplePlex, {
    mayChange(own?: RegExp) {
      mayChange = true
      if (own) marks.push(own)
    },
    assertUntouched,
    clearJournal() {
      look()
      plex.clearJournal()
      looked = 0
    },
    async [Symbol.asyncDispose]() {
      await plex[Symbol.asyncDispose]()
      assertUntouched()
    },
  })
}
