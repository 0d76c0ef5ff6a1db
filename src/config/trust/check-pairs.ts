import { AppError } from '../../contract/errors.ts'
import { type ForeignPair, foreignPairs, type SourcedConfig } from './pairs.ts'
import type { TrustedPairs } from './trusted-pairs.ts'

export interface PairRules {
  /** Files that the user has named in this call as their own. */
  own: ReadonlySet<string>
  /** What the user has approved before. null: nothing is known. */
  trusted: TrustedPairs | null
  /** `--trust-job`: the user vouches for the files of the job. */
  trustJob: boolean
  /** How the user can declare these files their own, in words. */
  howToTrust(files: string): string
}

/**
 * The one rule about secrets and addresses: a secret may go to an address only if both come from the same file, or
 * if the user has named the address itself or its file, in this call or before. Throws SECRET_NOT_SENT, which names
 * both sources.
 */
export async function checkPairs(config: SourcedConfig, rules: PairRules): Promise<void> {
  const pairs = foreignPairs(config)
  const refused: ForeignPair[] = []
  for (const file of new Set(pairs.map(({ addressFile }) => addressFile))) {
    const ofFile = pairs.filter(({ addressFile }) => addressFile === file)
    const ids = ofFile.map(({ id }) => id)
    if (rules.own.has(file) || rules.trustJob) await rules.trusted?.remember(file, ids)
    else if (!(await rules.trusted?.knows(file, ids))) refused.push(...ofFile)
  }
  const [first, ...more] = refused.map(describe)
  if (first === undefined) return
  throw new AppError('SECRET_NOT_SENT', first, {
    hint: hintFor(refused, rules),
    details: [...new Set(more)].filter((line) => line !== first).slice(0, maxDetails),
  })
}

const maxDetails = 20

function describe({ addressFile, addressPath, address, secretFrom, secretPath }: ForeignPair): string {
  const where = address === null ? addressPath : `${addressPath} (${address})`
  const origin = `its secret, ${secretPath}, would come from ${secretFrom}`
  return `${where} is in ${addressFile}, and ${origin}: the secret is not sent there`
}

function hintFor(pairs: readonly ForeignPair[], { howToTrust }: PairRules): string {
  const files = [...new Set(pairs.map(({ addressFile }) => addressFile))].join(' and ')
  const together = pairs.every(({ isNamed }) => !isNamed) ? 'Write address and secret into one file, or: ' : ''
  return `${together}${howToTrust(files)}`
}
