import type { ArtworkKind } from '../../src/contract/artwork-kinds.ts'
import type { RealRun, Summary } from '../../src/contract/summary.ts'
import type { SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import type { SamplePlexOptions } from '../support/sample-plex.ts'

/** A file of the user's Kometa folder. */
export type FolderFile = string | Uint8Array | { fromKometa: string }

/** One upload, as either side knows it. */
export interface Upload {
  kind: ArtworkKind
  sha256: string
}

/** What a preview must result in, besides equal bytes. */
export interface Expectation {
  /** Uploads per target; the default is 1, the poster. 0: Kometa draws nothing for it. */
  uploads?: Readonly<Record<string, number>>
  /** The base that Kometa drew on, per target. */
  base?: Readonly<Record<string, Summary['targets'][number]['base_used']>>
  /** Targets that get their clean poster back. */
  restored?: readonly string[]
  /** Definitions on each target, as Kometa's log names them. */
  overlays?: Readonly<Record<string, readonly string[]>>
  /** What Kometa would do with each target in its next run; compared with what it did. */
  realRun?: Readonly<Record<string, RealRun['would']>>
  /** What the notes about each target's picture say, by ratingKey. */
  notes?: Readonly<Record<string, readonly RegExp[]>>
  /** Targets with something that could not be undone. */
  faults?: Readonly<Record<string, RegExp>>
  /** Lines that must be in Kometa's log, so that a scenario tests what it is meant to test. */
  logged?: readonly RegExp[]
  /** Errors of Kometa that belong to the scenario; any other error fails it. */
  errors?: readonly RegExp[]
  /** Default: success, without a problem. */
  status?: Summary['status']
  problems?: readonly RegExp[]
  /** The status of a preview of the targets alone, if it differs from that of the whole library. */
  statusScoped?: Summary['status']
  problemsScoped?: readonly RegExp[]
  /** ratingKeys other than targets, decoys and what is above a target, for which Kometa uploads anyway. */
  outsideScope?: readonly string[]
  /** What Kometa drew on items that are not targets, by ratingKey. */
  extras?: Readonly<Record<string, readonly string[]>>
  warnings?: readonly RegExp[]
  /** What Kometa left out of the config; default: nothing. */
  configFaults?: readonly RegExp[]
  /** How the scope was kept; default: by id. */
  strategy?: Summary['scope'][number]['strategy']
}

/**
 * One library, one config and its targets. It runs directly against a sample Plex and as a preview, and both must give
 * the same bytes.
 */
export interface Scenario {
  /** A file-safe name, also used for the evidence. */
  name: string
  /** The purpose in one sentence. */
  about: string
  libraries: readonly SampleLibrary[]
  /** The kind of server: behind a path, compressing, or ignoring some filters. */
  plex?: Pick<SamplePlexOptions, 'pathPrefix' | 'gzip' | 'scopeHonours'>
  /** The user's folder by path. `PLEX_URL` and `PLEX_TOKEN` in its YAML are replaced for each run. */
  folder: Readonly<Record<string, FolderFile>>
  /** The path of Kometa's config in the folder. */
  config?: string
  /** The folder in which Kometa is started, within the user's folder; default: the user's folder. */
  cwd?: string
  /** Additional variables for Kometa; `PLEX_URL` and `PLEX_TOKEN` are replaced as in the folder. */
  env?: Readonly<Record<string, string>>
  /** Files on raw.githubusercontent.com by path, and files on other hosts by host and path. */
  outside?: Readonly<Record<string, string | Uint8Array>>
  /** The ratingKeys of the targets. */
  targets: readonly string[]
  /** Also previews the whole library; the bytes of every item must then agree. */
  unscoped?: boolean
  /** Also previews with a Plex that allows only these ways to narrow a question; the bytes must be the same. */
  strategies?: readonly ('title' | 'filter')[]
  /**
   * How many uploads of each target are compared. With two mapping names on one section, the second cannot see in a
   * preview what the first one wrote.
   */
  comparedUploads?: number
  /** The compared run of Kometa is not its first one. */
  warm?: Warm
  expect?: Expectation
}

/** Kometa runs once with the scenario, which fills its cache, its backups and Plex. Then the world changes. */
export interface Warm {
  /** What outside hosts serve after that run, by host and path; before it, `Scenario.outside` counts. */
  outside?: Readonly<Record<string, string>>
  /** Files of the user's folder that change after that run. */
  folder?: Readonly<Record<string, FolderFile>>
  /** What the user does in Plex. */
  inPlex?: readonly { method: 'POST' | 'PUT'; path: string; body?: Uint8Array }[]
}

export const defaultConfig = 'config/config.yml'
