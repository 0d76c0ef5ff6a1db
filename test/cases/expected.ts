import type { CaseExpectation } from './expectation.ts'
import { bases } from './expected/bases.ts'
import { claims } from './expected/claims.ts'
import { faults } from './expected/faults.ts'

/** The right result of each case according to its notes, by subject; a case may occur in several. */
const subjects: readonly Readonly<Record<string, CaseExpectation>>[] = [bases, claims, faults]

export const expectationsOf = (name: string): CaseExpectation[] =>
  subjects.flatMap((subject) => (subject[name] === undefined ? [] : [subject[name]]))
