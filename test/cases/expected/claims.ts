import type { CaseExpectation } from '../expectation.ts'

/** What is in the picture and what is not, what the rest of the config would change, schedules, reasons. */
export const claims: Readonly<Record<string, CaseExpectation>> = {
  '02b-overlay-path-plain-string': {
    exit: 0,
    status: 'success',
    asDirect: true,
    targets: { 1001: { overlays: ['new'] } },
  },
}
