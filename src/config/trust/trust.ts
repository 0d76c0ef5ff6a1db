import type { TextReading } from '../yaml/text-reading.ts'
import { createSecretVault, type SecretVault } from './secret-vault.ts'
import { createTrustedPairs, type TrustedPairs } from './trusted-pairs.ts'

/** What this installation knows of the user's files and of its own jobs, in its data folder: never a word of a job folder's. */
export interface Trust {
  pairs: TrustedPairs
  vault: SecretVault
}

/** `reading`: where the texts of jobs are parsed; default: here. */
export const openTrust = (dataDir: string, reading?: TextReading): Trust => ({
  pairs: createTrustedPairs(dataDir),
  vault: createSecretVault(dataDir, Date.now, reading),
})
