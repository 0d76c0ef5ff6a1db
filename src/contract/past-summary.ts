import type { z } from 'zod'
import { type Summary, summarySchema } from './summary.ts'

const { scope, gate, isolation, verification } = summarySchema.shape

/**
 * The summary of a job of this version or any earlier one. A part that the job's version did not write is null, which
 * means unknown. A part that a later version adds must be optional or be listed here as well.
 * test/fixtures/old-summaries/ has a summary of every version so far.
 */
export const pastSummarySchema = summarySchema.extend({
  scope: scope.nullable().default(null),
  gate: gate.nullable().default(null),
  isolation: isolation.nullable().default(null),
  verification: verification.nullable().default(null),
})
export type PastSummary = z.infer<typeof pastSummarySchema>

/** The parts that an earlier version did not write, in words for the user. */
export function unknownParts(summary: PastSummary): string[] {
  const words: Record<Extract<keyof Summary, 'scope' | 'gate' | 'isolation' | 'verification'>, string> = {
    scope: 'what Kometa was shown',
    gate: 'which other hosts Kometa asked',
    isolation: 'how Kometa was isolated',
    verification: 'whether Plex changed',
  }
  return (Object.keys(words) as (keyof typeof words)[]).flatMap((key) => (summary[key] === null ? [words[key]] : []))
}
