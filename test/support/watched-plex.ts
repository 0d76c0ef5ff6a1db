import {
  type SamplePlex,
  type SamplePlexOptions,
  startSamplePlex as startReadOnlyPlex,
} from '../../src/demo/sample-plex/sample-plex.ts'
import { writeRoutes } from './sample-plex/write-routes.ts'
import { problemOf, type WitnessOptions } from './witness.ts'

export type { SamplePlex, SamplePlexOptions }

/** A sample Plex whose state writes change. Nobody checks it at the end. */
export const startUnwatchedPlex = (options: SamplePlexOptions): Promise<SamplePlex> =>
  startReadOnlyPlex({ writeRoutes, ...options })

/**
 * The header of a test's own requests to Plex, past the proxy, which the witness ignores. The product never sends it,
 * and no client of the proxy may.
 */
export const ownRequest = { 'x-test-request': 'straight' } as const
const straightLine = /\r\nx-test-request: straight\r\n/i

export interface WatchedOptions extends SamplePlexOptions {
  /** Further facts for the witness: other tokens that the test sends, secrets, the client's name. */
  witness?: Partial<WitnessOptions>
}

/** A sample Plex that fails the test at its end if it was changed, or if it received anything but canonical reads. */
export interface WatchedPlex extends SamplePlex {
  /** Allows changes: the test itself changes Plex by requests with `ownRequest`, or by requests that match `own`. */
  mayChange(own?: RegExp): void
  /** Throws if the invariant does not hold, as disposing does. */
  assertUntouched(): void
}

/**
 * The sample Plex of each test that has one (invariant I-0): at the end its state is unchanged, and its journal of raw
 * bytes holds canonical reads alone. Disposing checks this, so that no test can forget it.
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
