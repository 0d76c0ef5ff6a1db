import type { JobTrust } from '../around-kometa/job-trust.ts'
import type { JobGate } from '../around-kometa/start-gate.ts'
import type { JobProxies } from '../around-kometa/start-proxies.ts'
import type { JobIsolation } from '../around-kometa/supervise.ts'
import type { KometaProgress } from './kometa-progress.ts'

/** What the job made for its Kometas. */
export interface AroundKometas {
  /** Settles when the before pictures are there: no Kometa starts earlier. */
  before: Promise<void>
  trust: Promise<JobTrust | null>
  proxies: Pick<JobProxies, 'access' | 'doors'>
  gate: Pick<JobGate, 'env' | 'credential' | 'services' | 'doors'>
}

/** What all Kometas of a job have in common. */
export interface KometasShared extends AroundKometas {
  /** Mapping names of the libraries of every Kometa. */
  allLibraries: readonly string[]
  isolation: JobIsolation
  progress: KometaProgress
  /** Changes of the run config that are in the log already. */
  toldChanges: Set<string>
}

/** One Kometa that is to run. */
export interface KometaOrder {
  /** Its index among the Kometas of the job. */
  index: number
  /** Mapping names of its libraries. */
  libraries: readonly string[]
  /** Where its logs are kept, in the job. */
  logs: string
}
