import { createOutcomeRecorder, type KometaOutcome } from '../../src/kometa/log/outcome/kometa-outcome.ts'
import type { KometaEvent } from '../../src/kometa/log/read/log-events.ts'

/** The outcome of a Kometa whose events are all known. */
export function summarizeKometa(events: Iterable<KometaEvent>): KometaOutcome {
  const recorder = createOutcomeRecorder()
  for (const event of events) recorder.add(event)
  return recorder.outcome
}
