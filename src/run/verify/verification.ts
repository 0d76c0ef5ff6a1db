import { createHash } from 'node:crypto'
import type { BlockedWrite } from '../../contract/records.ts'
import type { Difference, Verification } from '../../contract/verification.ts'
import { type LedgerTally, tallyLedger } from '../../proxy/ledger/tally-ledger.ts'
import { visibleJson } from '../../util/visible.ts'
import type { CheckedInput } from '../inputs/check-input.ts'
import { type JobFolder, jobFolders } from '../job-folder/job-folder.ts'
import type { BeforePictures } from '../pictures/before-pictures.ts'
import type { ChosenTarget } from '../targets/choose-targets.ts'
import { compareFingerprints, type FoundDifference } from './compare-fingerprints.ts'
import { type Fingerprint, readFingerprint, type WatchedItem } from './fingerprint.ts'

export const fingerprintPath = 'output/fingerprint.json'
/** How long the reads after the run may take: the job waits for nothing else by then. */
const maxAfterMs = 60_000

export interface KometaWays {
  /** Kometa could reach Plex only through the proxy: what is not in the ledger, Kometa did not do. */
  noOtherWay: boolean
}

export interface JobVerification {
  /** Starts the reads before the run; returns at once. */
  before(): void
  /** Reads everything again, once Kometa has ended. */
  after(): Promise<void>
  /** The result. Writes what was read to `output/fingerprint.json`. */
  conclude(ledgerFiles: readonly string[], blocked: readonly BlockedWrite[], kometa: KometaWays): Promise<Verification>
  /** How long both took, in milliseconds; the first reads run while Kometa starts. */
  durations(): Record<string, number>
}

/** Asks Plex itself, past the proxy, for the state of the targets and their parents, before and after the run. */
export async function createVerification(
  { request, chosen, servers: { servers } }: CheckedInput,
  folder: JobFolder,
  beforePictures: Pick<BeforePictures, 'of'>,
): Promise<JobVerification> {
  const { signal } = request
  const { targets } = chosen
  await folder.files.remove(fingerprintPath)
  const watched = watchedItems(targets)
  const durations: Record<string, number> = {}
  const timed = async (name: string, reading: Promise<Fingerprint>): Promise<Fingerprint> => {
    const started = performance.now()
    const fingerprint = await reading
    durations[name] = Math.round(performance.now() - started)
    return fingerprint
  }
  let before: Promise<Fingerprint> | null = null
  let after: Fingerprint | null = null
  return {
    before() {
      before ??= timed(
        'verify_before',
        readFingerprint(servers, watched, { signal, knownImages: justRead(targets, beforePictures) }),
      )
    },
    async after() {
      await before
      const limited = AbortSignal.any([signal, AbortSignal.timeout(maxAfterMs)])
      after = await timed('verify_after', readFingerprint(servers, watched, { signal: limited }))
    },
    async conclude(ledgerFiles, blocked, kometa) {
      const first = await before
      const tally = await tallyLedger(folder.files.folder(jobFolders.output), ledgerFiles)
      const text = `${visibleJson({ before: first, after }, 1)}\n`
      if (first) await folder.files.write(fingerprintPath, text)
      const sha256 = createHash('sha256').update(text).digest('hex')
      return {
        writes_forwarded: tally.forwarded.count,
        blocked: tally.blocked.count,
        ...judge(first, after, { tally, blocked, ...kometa }),
        items: watched.length,
        requests: (first?.requests ?? 0) + (after?.requests ?? 0),
        fingerprint: first ? { path: fingerprintPath, sha256 } : null,
      }
    },
    durations: () => durations,
  }
}

/** The targets and their parents, each once. */
function watchedItems(targets: readonly ChosenTarget[]): WatchedItem[] {
  const items = new Map<string, WatchedItem>()
  for (const { server, ratingKey, ancestors } of targets) {
    if (server === null || ratingKey === null) continue
    for (const rating_key of [ratingKey, ...ancestors]) items.set(`${server} ${rating_key}`, { server, rating_key })
  }
  return [...items.values()]
}

/** The hashes of the pictures that were fetched a moment ago: Plex need not be asked for their bytes again. */
function justRead(targets: readonly ChosenTarget[], beforePictures: Pick<BeforePictures, 'of'>): Map<string, string> {
  const hashes = new Map<string, string>()
  for (const { id, server } of targets) {
    const shown = beforePictures.of(id)?.shown
    if (server !== null && shown) hashes.set(`${server} ${shown.path}`, shown.sha256)
  }
  return hashes
}

function judge(
  before: Fingerprint | null,
  after: Fingerprint | null,
  record: Pick<Evidence, 'tally' | 'blocked' | 'noOtherWay'>,
): Pick<Verification, 'unchanged' | 'why' | 'differences'> {
  if (!before || !after)
    return { unchanged: 'unknown', why: 'Plex was not asked before and after the run.', differences: [] }
  const { differences, unread } = compareFingerprints(before, after)
  const explained = differences.map((one) => explain(one, { before, after, ...record }))
  if (explained.length > 0) {
    return { unchanged: false, why: whyChanged(record), differences: explained }
  }
  if (unread > 0 || before.items.length === 0) {
    const reasons = [...new Set([...before.failures, ...after.failures])]
    const why =
      before.items.length === 0
        ? 'There was no item to compare.'
        : `Not everything could be read both times: ${reasons.join('; ')}.`
    return { unchanged: 'unknown', why, differences: [] }
  }
  const why = 'Every field of every target, and of what is above it, was read before and after the run and is the same.'
  return { unchanged: true, why, differences: [] }
}

function whyChanged({ tally, noOtherWay }: Pick<Evidence, 'tally' | 'noOtherWay'>): string {
  if (tally.forwarded.count > 0)
    return 'Plex holds something else than before the run, and the ledger has a forwarded write.'
  return noOtherWay
    ? 'Plex holds something else than before the run. This job forwarded no write, and Kometa had no other way out: ' +
        'somebody else made the change.'
    : 'Plex changed during the run, and it cannot be ruled out that Kometa did it: this job forwarded no write, ' +
        'but Kometa had another way out.'
}

interface Evidence extends KometaWays {
  before: Fingerprint
  after: Fingerprint
  tally: LedgerTally
  blocked: readonly BlockedWrite[]
}

/** Who made a difference: somebody else, if the ledger does not explain it and Kometa had no way past the proxy. */
function explain({ server, updatedAt, ...difference }: FoundDifference, evidence: Evidence): Difference {
  const { rating_key: key, field } = difference
  const { tally, before, after, blocked } = evidence
  const mentions = new RegExp(`(^|[^0-9])${key}([^0-9]|$)`)
  const own = tally.forwarded.first.find((line) => line.server === server && mentions.test(line.target))
  if (own) return { ...difference, explanation: `made by this job: ${own.method} ${own.target} at ${own.time}` }
  const changedAt =
    field === 'item' || !isNewer(updatedAt, before, after) ? null : new Date(Number(updatedAt) * 1000).toISOString()
  const when = changedAt ? `at ${changedAt} by Plex's clock` : `between ${before.ended_at} and ${after.started_at}`
  const tried = blocked.filter((write) => write.server === server && write.rating_key === key).length
  const kometa = tried > 0 ? ` What Kometa tried to write to it (${tried}) was blocked.` : ''
  const explanation = evidence.noOtherWay
    ? `made by someone else, ${when}: the ledger has no forwarded write to it, and Kometa had no other way out.`
    : `made ${when}. The ledger has no forwarded write to it, but Kometa had another way out: ` +
      'it cannot be ruled out that Kometa made it.'
  return { ...difference, explanation: `${explanation}${kometa}` }
}

/** Whether Plex dates the item's last change into the run. Two clocks may differ by a minute. */
function isNewer(updatedAt: string | null, before: Fingerprint, after: Fingerprint): boolean {
  const time = Number(updatedAt ?? Number.NaN) * 1000
  return time >= Date.parse(before.started_at) - 60_000 && time <= Date.parse(after.ended_at) + 60_000
}
