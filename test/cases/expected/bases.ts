import type { CaseExpectation } from '../expectation.ts'

/** What Kometa draws on, the user's cache and backups, pictures that it reads back. */
export const bases: Readonly<Record<string, CaseExpectation>> = {}
