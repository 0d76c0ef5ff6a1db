import type { JobConfig } from '../../config/read/user-config.ts'
import type { Owner } from '../../config/workspace/stale-workspaces.ts'
import type { Workspace } from '../../config/workspace/workspace.ts'
import type { AskPython } from '../install/ask-python.ts'
import {
  type ChosenIsolation,
  chooseIsolation,
  type IsolateMode,
  type IsolationOptions,
} from '../isolation/isolation.ts'
import { type Loopback, ownLoopback } from '../isolation/own-doors.ts'
import { launchLocally } from '../launch/launch-locally.ts'

/** What is to be started in one workspace. */
export interface LaunchOrder {
  command: string
  /** The arguments, by the folder that Kometa is started from. */
  args(kometaDir: string | null): readonly string[]
  workspace: Pick<Workspace, 'dir' | 'cwd' | 'home' | 'configPath' | 'kometaDir' | 'defaultConfigDir'>
  /** The user's Kometa on this machine; null for a renderer that has none here. */
  checkout: Checkout | null
  config: JobConfig
  /** The user's environment, of which Kometa gets what it needs. */
  userEnv: NodeJS.ProcessEnv
  /** What Kometa's environment must have besides: its proxies, with the job's credential. */
  extraEnv: Readonly<Record<string, string>>
  /** This process, so that another one knows what it may clear away once this one is dead. */
  owner: Owner
}

export interface Checkout {
  dir: string
  /** Of ours, and lasting: what Kometa's modules compile to. */
  bytecodeDir: string
  askPython: AskPython | undefined
}

/** The process of this machine that stands for Kometa: its output is Kometa's, and it is told when Kometa shall end. */
export interface Launch extends AsyncDisposable {
  command: string
  args: string[]
  cwd: string
  env: Record<string, string>
  /** Under which paths Kometa finds the run config: what it names must be one of them. */
  runConfigs: readonly string[]
  /** When that process is gone: ends what it may have left running. Says in words what could not be ended. */
  end(): Promise<string[]>
}

/** Where Kometa runs: as a process of this machine, or in a container. */
export interface KometaRunner {
  /** In words, for the doctor; null for a plain process. */
  readonly place: string | null
  /** The name of the image that it runs from. */
  readonly image: string | null
  /** How Kometa reaches what listens on this machine's loopback. */
  loopback(): Promise<Loopback>
  /** Whether Kometa gets a network namespace of its own; to be disposed. Throws ISOLATION_UNAVAILABLE where it was asked for and cannot be had. */
  isolate(mode: IsolateMode, options: IsolationOptions): Promise<ChosenIsolation>
  launch(order: LaunchOrder): Promise<Launch>
  /** Ends what tools that are dead have left running, when it is certain that they are. */
  endLeftovers(livenessOf: (owner: Owner) => Promise<'alive' | 'dead' | 'unsure' | 'elsewhere'>): Promise<void>
}

/** Kometa as a process of this machine: what is given is what is started. */
export const localRunner: KometaRunner = {
  place: null,
  image: null,
  loopback: ownLoopback,
  isolate: chooseIsolation,
  launch: launchLocally,
  // Its supervisor ends it, and the record in its workspace what that one could not.
  endLeftovers: async () => undefined,
}
