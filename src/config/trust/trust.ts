import { createSecretVault, type SecretVault } from './secret-vault.ts'
import { createTrustedPairs, type TrustedPairs } from './trusted-pairs.ts'

/** What this installation knows of the user's files and of its own jobs, in its data folder: never a word of a job folder's. */
export interface Trust {
  pairs: TrustedPairs
  vault: SecretVault
}

export const openTrust = (dataDir: string): Trust => ({
  pairs: createTrustedPairs(dataDir),
  vault: createSecretVault(dataDir),
})
