import type { AskKometaYaml } from '../../config/yaml/kometa-reading.ts'
import type { AskPython } from '../../kometa/install/ask-python.ts'
import type { KometaRunner } from '../../kometa/process/runner.ts'

/**
 * What draws the overlays: the user's Kometa, or the sample renderer that the demo brings along. Both are started as a
 * child process with Kometa's own arguments, and both write Kometa's own log.
 */
export interface Renderer {
  kind: 'kometa' | 'sample'
  version: string | null
  commit: string | null
  /** False for a Kometa that this program was not tested with. */
  supported: boolean
  warnings: readonly string[]
  /** Lines for the log: which Kometa was taken, and why. */
  notes?: readonly string[]
  /** The Kometa checkout, with default overlays, fonts and `config/.env`; null for a renderer without one here. */
  dir: string | null
  command: string
  /** The interpreter's version, if `command` is an interpreter and was asked. */
  pythonVersion?: string
  /** The arguments for one run config. `dir` is the folder that a Kometa of this machine is started from, else null. */
  args(configPath: string, dir: string | null): string[]
  /** Variables that the renderer needs beyond the allow-list of src/kometa/process/environment.ts. */
  env?: Readonly<Record<string, string>>
  /** Runs a short program of ours with Kometa's interpreter and its libraries; the sample renderer has none. */
  askPython?: AskPython
  /** The YAML reader of that Kometa: for `LoadOptions`. */
  readYaml?: AskKometaYaml
  /** Where it runs; without a runner, as a process of this machine. */
  runner?: KometaRunner
}
