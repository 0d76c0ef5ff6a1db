import { z } from 'zod'

/**
 * The picture that Kometa drew on (Kometa overlays.py:180-219). `poster from the internet`: a poster of TMDb, or one
 * that Plex only links to.
 */
const baseUsedSchema = z.enum(['asset', 'backup', 'clean Plex poster', 'current poster', 'poster from the internet'])
export type BaseUsed = z.infer<typeof baseUsedSchema>

/**
 * Facts about a target that Compare shows, one line each. The summary has them under these names, and the studio gets
 * them unchanged. A new field must be optional, so that summaries of earlier versions stay readable.
 */
export const shownFactsSchema = z.object({
  /** null: the target was not drawn, or the picture is unknown. */
  base_used: baseUsedSchema.nullable(),
})
export type ShownFacts = z.infer<typeof shownFactsSchema>

const baseWords: Readonly<Record<BaseUsed, string>> = {
  asset: 'your asset',
  backup: 'original from backup',
  'clean Plex poster': 'clean poster from Plex',
  'current poster': 'the poster that Plex shows now',
  'poster from the internet': 'a poster from the internet, such as TMDb’s',
}

interface FactLine<Value> {
  name: string
  words(value: Value): string
}

/** The words of Compare for each fact, in the order in which Compare shows them. */
const factLines: { readonly [Name in keyof ShownFacts]-?: FactLine<NonNullable<ShownFacts[Name]>> } = {
  base_used: { name: 'Base', words: (base) => baseWords[base] },
}
const factNames = Object.keys(factLines) as (keyof ShownFacts)[]

/** The lines of all known facts. */
export function knownFactLines(facts: ShownFacts): { name: string; words: string }[] {
  return factNames.flatMap((name) => lineOf(name, facts))
}

function lineOf<Name extends keyof ShownFacts>(name: Name, facts: ShownFacts): { name: string; words: string }[] {
  const value = facts[name]
  const line: FactLine<NonNullable<ShownFacts[Name]>> = factLines[name]
  return value === null || value === undefined ? [] : [{ name: line.name, words: line.words(value) }]
}
