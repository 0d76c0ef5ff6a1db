import type { Mutant } from './mutations.ts'

/** A mutant that no test can notice, because nothing that anybody can see depends on it. */
export interface Unnoticeable extends Pick<Mutant, 'file' | 'text' | 'from' | 'to'> {
  why: string
}

/** Kept short: what is redundant goes out of the sources rather than onto this list. */
export const maxUnnoticeable = 60

export const unnoticeable: readonly Unnoticeable[] = []

export const isListed = (mutant: Mutant): boolean => unnoticeable.some((one) => isSame(one, mutant))

export function isSame(one: Unnoticeable, mutant: Mutant): boolean {
  return one.file === mutant.file && one.text === mutant.text && one.from === mutant.from && one.to === mutant.to
}
