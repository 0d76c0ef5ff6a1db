import type { MissingCause } from '../../../contract/summary.ts'
import type { EndCause } from '../../process/child.ts'
import type { KometaExit } from '../../process/process.ts'
import type { Critical, KometaOutcome } from './kometa-outcome.ts'

export interface Explanation {
  /** One or two sentences for the user. */
  reason: string
  /** The lines of Kometa's log behind it. */
  logLines: string[]
  because: MissingCause
}

/** The part of a process's exit that an explanation needs. */
export type StopExit = Pick<KometaExit, 'cause' | 'code' | 'signal' | 'lastLines'> &
  Partial<Pick<KometaExit, 'error' | 'foreignConfig'>>

/** What Python's libraries say when a host cannot be reached. */
const unreachable = /RetryError|ConnectionError|ProxyError|SSLError|ConnectTimeout|Max retries|HTTPS?ConnectionPool/

/**
 * Kometa's messages about problems outside of Kometa; the first match counts. `module` helps where the text says too
 * little.
 */
const causes: readonly { text: RegExp; module?: string; words: string; hosts?: readonly string[] }[] = [
  { text: /^TMDb Error: Invalid API key/i, words: 'TMDb refused the API key of the config.' },
  {
    text: /^TMDb Error: Failed to Connect/i,
    words: 'Kometa could not reach TMDb (api.themoviedb.org).',
    hosts: ['api.themoviedb.org'],
  },
  { text: /^TMDb Error/i, words: 'TMDb gave an answer that Kometa cannot use.', hosts: ['api.themoviedb.org'] },
  { text: /Plex Critical Error: Response 503/, words: 'Plex is starting up or in maintenance.' },
  { text: /^YAML Error/, words: 'Kometa could not read the run config.' },
  { text: /^Config Error: No libraries were found/, words: 'No library of the config could be used.' },
  // Without GitHub, Kometa retries for 50 s and dies with only the name of an exception (convert.py:12,
  // kometa.py:405).
  {
    text: /./,
    module: 'convert',
    words: 'Kometa could not load its list of anime ids from raw.githubusercontent.com.',
    hosts: ['raw.githubusercontent.com'],
  },
  // Kometa asks it about the releases of the Community-Configs for `git:` files (github.py:80-96).
  { text: /./, module: 'github', words: 'Kometa could not reach api.github.com.', hosts: ['api.github.com'] },
  // Kometa also stops if a service in the config cannot be reached at the start (config.py:880-996 catch only Kometa's
  // own errors).
  ...Object.entries({
    mdblist: ['MDBList', 'api.mdblist.com'],
    trakt: ['Trakt', 'api.trakt.tv'],
    mal: ['MyAnimeList', 'api.myanimelist.net'],
    anidb: ['AniDB', 'anidb.net', 'utilities.kometa.wiki'],
    omdb: ['OMDb', 'www.omdbapi.com'],
  }).map(([module, [name, ...hosts]]) => ({
    text: unreachable,
    module,
    words: `Kometa could not reach ${name} (${hosts.join(', ')}), which the config names.`,
    hosts,
  })),
  {
    text: unreachable,
    module: 'request',
    words: 'Kometa could not reach raw.githubusercontent.com, where it looks for its newest version.',
    hosts: ['raw.githubusercontent.com'],
  },
]

/** Whether the module made the request itself; an overlay also fetches its image through `request`. */
const isOwnRequest = (module: string, modules: readonly string[]): boolean =>
  modules.includes(module) && !(module === 'request' && modules.includes('overlay'))

const causeOf = ({ text, modules, library }: Omit<Critical, 'refused'>) =>
  causes.find(
    ({ text: pattern, module }) =>
      pattern.test(text) && (module === undefined || (library === null && isOwnRequest(module, modules))),
  )

/** The hosts that Kometa may mean in this message. */
export const explainedHosts = (critical: Critical): readonly string[] => causeOf(critical)?.hosts ?? []
/** Whether the message says that a host could not be reached. */
export const isUnreachable = (text: string): boolean => unreachable.test(text)

/**
 * Explains a critical message for the user and appends Kometa's own words. A refused request explains more than
 * Kometa's guess.
 */
export function explainCritical(critical: Critical): Explanation {
  const { text, lines, refused } = critical
  const words = refused === null ? causeOf(critical)?.words : `${refused}.`
  const said = [text, ...lines.map((line) => line.trim())]
  return { reason: `${words ? `${words} ` : ''}Kometa stopped: ${text}`, logLines: said, because: 'error' }
}

const endWords: Record<Exclude<EndCause, 'exited'>, string> = {
  cancelled: 'The run was cancelled.',
  hung: 'Kometa said nothing for too long and was ended.',
  spawn_failed: 'Kometa could not be started.',
}

/** Explains why Kometa did not do its work at all; null if it finished without a critical error for the whole run. */
export function explainStop(record: KometaOutcome, exit: StopExit): Explanation | null {
  if (typeof exit.foreignConfig === 'string') {
    const words = `Kometa said that it runs ${exit.foreignConfig}, which is not the run config of this preview.`
    return { reason: `${words} It was ended at once.`, logLines: exit.lastLines.slice(-5), because: 'error' }
  }
  if (exit.cause !== 'exited') {
    const detail = exit.error === undefined ? '' : ` ${exit.error}`
    const because = exit.cause === 'cancelled' ? 'cancelled' : 'error'
    return { reason: `${endWords[exit.cause]}${detail}`, logLines: exit.lastLines.slice(-5), because }
  }
  if (record.startupFailure !== null) {
    return { reason: `Kometa did not start: ${record.startupFailure}`, logLines: exit.lastLines, because: 'error' }
  }
  const critical = record.criticals.find(({ library }) => library === null)
  if (critical) {
    const explained = explainCritical(critical)
    const libraries = record.failedLibraries.map(({ library, reason }) => `${library.mapping}: ${reason}`)
    if (!critical.text.startsWith('Config Error: No libraries') || libraries.length === 0) return explained
    return {
      reason: `No library of the config could be used. ${libraries.join('. ')}`,
      logLines: [...libraries, ...explained.logLines],
      because: 'error',
    }
  }
  if (record.finished) return null
  const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`
  return {
    reason: `Kometa ended before its run was finished (${how}).`,
    logLines: [...record.errors.slice(-5).map(({ text }) => text), ...exit.lastLines.slice(-10)],
    because: 'error',
  }
}

/** Lists everything in Kometa's log that keeps the run from being a success, one sentence each. */
export function kometaProblems(record: KometaOutcome, exit: StopExit): string[] {
  const stop = explainStop(record, exit)
  const problems = stop ? [stop.reason] : []
  for (const { library, reason } of stop?.reason.startsWith('No library') ? [] : record.failedLibraries) {
    problems.push(`Kometa could not use the library ${library.mapping}: ${reason}`)
  }
  for (const critical of record.criticals) {
    if (critical.library) problems.push(`Library ${critical.library.mapping}: ${explainCritical(critical).reason}`)
  }
  return [...new Set(problems)]
}

/**
 * Where a run broke off: at its start, while it read the overlays, or while it drew. Kometa logs `Finished` after most
 * failures too.
 */
export function stoppedIn({
  runs,
  finished,
  criticals,
  failedLibraries,
}: KometaOutcome): 'kometa' | 'compile' | 'apply' | null {
  const broken = runs.find((run) => !run.finished)
  if (broken) return broken.items.length > 0 ? 'apply' : 'compile'
  if (!finished || criticals.some(({ library }) => library === null)) return runs.length > 0 ? 'apply' : 'kometa'
  return failedLibraries.length > 0 ? 'kometa' : null
}
