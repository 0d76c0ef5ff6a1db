import type { TextReading } from '../yaml/text-reading.ts'
import { createSecretVault, type SecretVault } from './secret-vault.ts'
import { createTrustedPairs, type TrustedPairs } from './trusted-pairs.ts'

/**
 * What this installation remembers of the user's files and of its own jobs. It lies in our data folder, and nothing
 * in it comes from a job folder.
 */
export interface Trust {
  pairs: TrustedPairs
  vault: SecretVault
}

/** `reading` decides where the texts of jobs are parsed. The default is this thread. */
export const openTrust = (dataDir: string, reading?: TextReading): Trust => ({
  pairs: createTrustedPairs(dataDir),
  vault: createSecretVault(dataDir, Date.now, reading),
})
