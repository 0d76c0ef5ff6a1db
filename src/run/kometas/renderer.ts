import type { AskKometaYaml } from '../../config/yaml/kometa-reading.ts'
import type { AskPython } from '../../kometa/install/ask-python.ts'
import type { KometaRunner } from '../../kometa/process/runner.ts'

/**
 * What draws: the user's Kometa, or a stand-in that another room brings along. The run room starts it as a child
 * process with Kometa's own arguments and reads Kometa's own log; it does not know which one it is.
 */
export interface Renderer {
  kind: 'kometa' | 'sample'
  version: string | null
  commit: string | null
  /** False for a Kometa that this tool is not tried with. */
  supported: boolean
  warnings: readonly string[]
  /** Lines for the log: which one was taken, and why. */
  notes?: readonly string[]
  /** The Kometa checkout: default overlays, fonts, `config/.env`; null for a renderer that has none here. */
  dir: string | null
  command: string
  /** Of the interpreter, where `command` is one and was asked. */
  pythonVersion?: string
  /** The argument list for one run config; `dir` is where a Kometa of this machine is started from, null for any other. */
  args(configPath: string, dir: string | null): string[]
  /** What the renderer's environment must have beyond the allow-list of src/kometa/process/environment.ts. */
  env?: Readonly<Record<string, string>>
  /** Kometa's interpreter, with its libraries, for a short program of ours; the sample renderer has none. */
  askPython?: AskPython
  /** The YAML reader of that Kometa: for `LoadOptions`. */
  readYaml?: AskKometaYaml
  /** Where it runs; without one, as a process of this machine. */
  runner?: KometaRunner
}
