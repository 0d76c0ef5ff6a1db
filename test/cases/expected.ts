import type { CaseExpectation } from './expectation.ts'
import { bases } from './expected/bases.ts'
import { claims } from './expected/claims.ts'
import { faults } from './expected/faults.ts'

/** What the notes of each case say is right, by subject; a case may stand in several. */
const subjects: readonly Readonly<Record<string, CaseExpectation>>[] = [bases, claims, faults]

export const expectationsOf = (name: string): CaseExpectation[] =>
  subjects.flatMap((subject) => (subject[name] === undefined ? [] : [subject[name]]))
