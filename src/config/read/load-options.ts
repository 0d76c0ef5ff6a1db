import type { Reach } from '../reach/reach.ts'
import type { Trust } from '../trust/trust.ts'
import type { AskKometaYaml } from '../yaml/kometa-reading.ts'
import type { TextReading } from '../yaml/text-reading.ts'

export interface LoadOptions {
  env: NodeJS.ProcessEnv
  /** `--secret name=value`. */
  secrets?: Readonly<Record<string, string>>
  /** The Kometa checkout: its `config/.env` counts, and its `config/config.yml` is the user's own. */
  kometaDir?: string
  /** The config is somebody's text, and no name in it stands for anything of this machine. */
  withoutEnvironment?: boolean
  /** What this installation knows of files and jobs; without it nothing is. */
  trust?: Trust
  /** `--trust-job`: the user answers for what the job's files say. */
  trustJob?: boolean
  /** `--kometa-config-dir`, `--kometa-cwd`. */
  kometaConfigDir?: string
  kometaCwd?: string
  /** What the config's paths may lead to. Default: everything, as for a config that the user has named by its path. */
  reach?: Reach
  /** The YAML reader of the user's Kometa, where there is one: `Renderer.readYaml`. */
  readYaml?: AskKometaYaml | undefined
  /** Where texts are parsed. Default: here. */
  reading?: TextReading
}
