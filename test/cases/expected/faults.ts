import type { CaseExpectation } from '../expectation.ts'

/** Config files that Kometa refuses, and definitions and files that it drops. */
export const faults: Readonly<Record<string, CaseExpectation>> = {}
