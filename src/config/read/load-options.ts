import type { Reach } from '../reach/reach.ts'
import type { Trust } from '../trust/trust.ts'
import type { AskKometaYaml } from '../yaml/kometa-reading.ts'
import type { TextReading } from '../yaml/text-reading.ts'

export interface LoadOptions {
  env: NodeJS.ProcessEnv
  /** `--secret name=value`. */
  secrets?: Readonly<Record<string, string>>
  /** The Kometa checkout. Its `config/.env` is read, and its `config/config.yml` counts as the user's own. */
  kometaDir?: string
  /** The config is a text of unknown origin, so its names get no value from this machine. */
  withoutEnvironment?: boolean
  /** What this installation remembers of files and jobs. Without it, nothing is remembered. */
  trust?: Trust
  /** `--trust-job`: the user vouches for the files of the job. */
  trustJob?: boolean
  /** `--kometa-config-dir`, `--kometa-cwd`. */
  kometaConfigDir?: string
  kometaCwd?: string
  /** What the paths of the config may lead to. The default is everything, for a config that the user has named. */
  reach?: Reach
  /** The YAML reader of the user's Kometa, if there is one: `Renderer.readYaml`. */
  readYaml?: AskKometaYaml | undefined
  /** Where texts are parsed. The default is this thread. */
  reading?: TextReading
}
