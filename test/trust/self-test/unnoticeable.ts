import type { Mutant } from './mutations.ts'

/** A mutant that no test can notice, because it changes nothing that anybody can see. */
export interface Unnoticeable extends Pick<Mutant, 'file' | 'text' | 'from' | 'to'> {
  why: string
}

/** Kept small: redundant code is removed instead of being listed here. */
export const maxUnnoticeable = 60

const shortcut = 'a shortcut: what comes behind it gives the same for what it catches, only later'

export const unnoticeable: readonly Unnoticeable[] = [
  {
    file: 'src/policy/resource.ts',
    text: 'if (pair.length < tokenName.length) return null',
    from: 'pair.length < tokenName.length',
    to: 'false',
    why: shortcut,
  },
  {
    file: 'src/policy/resource.ts',
    text: 'if (pair.length < tokenName.length) return null',
    from: 'return null',
    to: 'void (null)',
    why: shortcut,
  },
  {
    file: 'src/policy/resource.ts',
    text: "if (!raw.includes('%') && !raw.includes('+')) return raw",
    from: "!raw.includes('%') && !raw.includes('+')",
    to: 'false',
    why: shortcut,
  },
  {
    file: 'src/policy/resource.ts',
    text: "if (!raw.includes('%') && !raw.includes('+')) return raw",
    from: 'return raw',
    to: 'void (raw)',
    why: shortcut,
  },
  {
    file: 'src/policy/section-meta.ts',
    text: "const tag = /^\\/library\\/sections\\/\\d+\\/([A-Za-z]+)(\\?type=\\d+)?$/.exec(attributes.key ?? '')?.[1]",
    from: "''",
    to: "'x'",
    why: 'a filter without a key has no list of tags, and neither text looks like one',
  },
]

export const isListed = (mutant: Mutant): boolean => unnoticeable.some((one) => isSame(one, mutant))

export function isSame(one: Unnoticeable, mutant: Mutant): boolean {
  return one.file === mutant.file && one.text === mutant.text && one.from === mutant.from && one.to === mutant.to
}
