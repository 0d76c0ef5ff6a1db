import type { JobConfig } from '../config/job-config.ts'
import type { Owner } from '../config/stale-workspaces.ts'
import type { Workspace } from '../config/workspace.ts'
import { kometaEnvironment } from './environment.ts'
import { type ChosenIsolation, chooseIsolation, type IsolateMode, type IsolationOptions } from './isolation.ts'

/** What is to be started in one workspace. */
export interface LaunchOrder {
  command: string
  args: readonly string[]
  workspace: Pick<Workspace, 'dir' | 'cwd' | 'home' | 'configPath'>
  config: JobConfig
  /** The user's environment, of which Kometa gets what it needs. */
  userEnv: NodeJS.ProcessEnv
  /** What Kometa's environment must have besides: its proxies, with the job's credential. */
  extraEnv: Readonly<Record<string, string>>
  /** This process, so that another one knows what it may clear away once this one is dead. */
  owner: Owner
}

/** The process of this machine that stands for Kometa: its output is Kometa's, and it is told when Kometa shall end. */
export interface Launch extends AsyncDisposable {
  command: string
  args: string[]
  cwd: string
  env: Record<string, string>
  /** When that process is gone: ends what it may have left running. Says in words what could not be ended. */
  end(): Promise<string[]>
}

/** Where Kometa runs: as a process of this machine, or in a container. */
export interface KometaRunner {
  /** In words, for the doctor; null for a plain process. */
  readonly place: string | null
  /** The name of the image that it runs from. */
  readonly image: string | null
  /** The name under which Kometa reaches what listens on 127.0.0.1 here. */
  readonly host: string
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
  host: '127.0.0.1',
  isolate: chooseIsolation,
  launch: async ({ command, args, workspace, userEnv, extraEnv }) => ({
    command,
    args: [...args],
    cwd: workspace.cwd,
    env: kometaEnvironment(userEnv, { home: workspace.home, python: command, extra: extraEnv }),
    end: async () => [],
    [Symbol.asyncDispose]: async () => undefined,
  }),
  // Its supervisor ends it, and the record in its workspace what that one could not.
  endLeftovers: async () => undefined,
}
