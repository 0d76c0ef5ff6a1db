import type { ArtworkKind } from '../../src/contract/artwork-kinds.ts'
import type { RealRun, Summary } from '../../src/contract/summary.ts'
import type { SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import type { SamplePlexOptions } from '../support/sample-plex.ts'

/** A file of the user's Kometa folder. */
export type FolderFile = string | Uint8Array | { fromKometa: string }

/** One upload as either side knows it. */
export interface Upload {
  kind: ArtworkKind
  sha256: string
}

/** What a preview must have come to, beyond the same bytes. */
export interface Expectation {
  /** Uploads per target; default 1, the poster. 0: Kometa draws nothing for it. */
  uploads?: Readonly<Record<string, number>>
  /** The base that Kometa drew from, per target. */
  base?: Readonly<Record<string, Summary['targets'][number]['base_used']>>
  /** Targets whose poster is the clean one again. */
  restored?: readonly string[]
  /** Definitions on each target, as Kometa's log names them. */
  overlays?: Readonly<Record<string, readonly string[]>>
  /** What Kometa would do with each target in its next run; compared with what it did. */
  realRun?: Readonly<Record<string, RealRun['would']>>
  /** Of each target, by ratingKey: what the notes about its picture say. */
  notes?: Readonly<Record<string, readonly RegExp[]>>
  /** Targets of which something could not be undone. */
  faults?: Readonly<Record<string, RegExp>>
  /** A line that Kometa's log must have, so that a scenario meets what it is there for. */
  logged?: readonly RegExp[]
  /** Errors of Kometa that belong to the scenario; any other one fails it. */
  errors?: readonly RegExp[]
  /** Default: success, without a problem. */
  status?: Summary['status']
  problems?: readonly RegExp[]
  /** Where a preview of the targets alone comes to something else than one of the whole library. */
  statusScoped?: Summary['status']
  problemsScoped?: readonly RegExp[]
  /** ratingKeys beyond targets, decoys and what is above a target, for which Kometa uploads all the same. */
  outsideScope?: readonly string[]
  /** What Kometa drew on an item that is no target, by ratingKey. */
  extras?: Readonly<Record<string, readonly string[]>>
  warnings?: readonly RegExp[]
  /** What of the config Kometa left out; default: nothing. */
  configFaults?: readonly RegExp[]
  /** How the scope was kept; default: by id. */
  strategy?: Summary['scope'][number]['strategy']
}

/** One library, one config and its targets: run straight at a sample Plex and as a preview, both must give the same bytes. */
export interface Scenario {
  /** File-safe; names the evidence. */
  name: string
  /** What it is there for, in a sentence. */
  about: string
  libraries: readonly SampleLibrary[]
  /** What kind of server it is: behind a path, compressing, one that ignores some filters. */
  plex?: Pick<SamplePlexOptions, 'pathPrefix' | 'gzip' | 'scopeHonours'>
  /** The user's folder by path; `PLEX_URL` and `PLEX_TOKEN` in its YAML are put in for each run. */
  folder: Readonly<Record<string, FolderFile>>
  /** Kometa's config within the folder. */
  config?: string
  /** What Kometa is started in, within the folder; default: the folder itself. */
  cwd?: string
  /** Kometa's environment besides; `PLEX_URL` and `PLEX_TOKEN` as in the folder. */
  env?: Readonly<Record<string, string>>
  /** Files that raw.githubusercontent.com has, by path; other hosts' by host and path. */
  outside?: Readonly<Record<string, string | Uint8Array>>
  /** ratingKeys. */
  targets: readonly string[]
  /** Preview it over the whole library as well: then the bytes of every item must agree. */
  unscoped?: boolean
  /** Preview it also from a Plex that leaves no better way than these to narrow a question: the same bytes. */
  strategies?: readonly ('title' | 'filter')[]
  /** Two mapping names on one section: in a preview the second cannot see what the first one wrote, so only so many uploads of each target are compared. */
  comparedUploads?: number
  /** The compared run of Kometa is not its first one. */
  warm?: Warm
  expect?: Expectation
}

/** A run of Kometa with the scenario as it stands: it fills the cache, the backups and Plex. Then the world changes. */
export interface Warm {
  /** What hosts outside have after that run, by host and path; before it, `Scenario.outside` counts. */
  outside?: Readonly<Record<string, string>>
  /** Files of the user's folder that are others then. */
  folder?: Readonly<Record<string, FolderFile>>
  /** What the user does in Plex. */
  inPlex?: readonly { method: 'POST' | 'PUT'; path: string; body?: Uint8Array }[]
}

export const defaultConfig = 'config/config.yml'
