import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { JobConfig } from '../../config/read/user-config.ts'
import { AppError } from '../../contract/errors.ts'
import type { PastSummary } from '../../contract/past-summary.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { messageOf } from '../../util/unknown-error.ts'
import { clientIdentifier } from '../inputs/client-identifier.ts'
import { connectServers } from '../inputs/connect-servers.ts'
import { compareFingerprints } from './compare-fingerprints.ts'
import { type Fingerprint, readFingerprint } from './fingerprint.ts'
import { fingerprintPath } from './verification.ts'

/** A kilobyte or two for each item. */
const maxFingerprintBytes = 256 * 1024 * 1024

const text = z.string().nullable().optional()
const list = z.array(z.string()).optional()
const fingerprintSchema = z.object({
  started_at: z.string(),
  ended_at: z.string(),
  requests: z.number(),
  failures: z.array(z.string()),
  items: z.array(
    z.object({
      server: z.string(),
      rating_key: z.string().regex(/^\d{1,18}$/),
      title: z.string(),
      exists: z.boolean().nullable(),
      updatedAt: text,
      thumb: text,
      art: text,
      labels: list,
      collections: list,
      posters: list,
      selected_poster: text,
      poster_sha256: text,
    }),
  ),
})
const fileSchema = z.object({ before: fingerprintSchema })

export interface LiveCheck {
  status: 'ok' | 'problem' | 'unknown'
  lines: string[]
}

export interface LiveOptions {
  /** Loads the job's config. Rejects with an AppError if it cannot be loaded. */
  config: () => Promise<JobConfig>
  dataDir: string
  signal: AbortSignal
}

/** Asks Plex again, and compares with what it said before the run. What cannot be asked is unknown, not a failure. */
export async function checkLive(files: Beneath, summary: PastSummary, options: LiveOptions): Promise<LiveCheck> {
  const unknown = (why: string): LiveCheck => ({ status: 'unknown', lines: [why] })
  const kept = await readKept(files, summary)
  if (typeof kept === 'string') return unknown(kept)
  try {
    const config = await options.config()
    const fallbackIdentifier = await clientIdentifier(options.dataDir)
    await using servers = await connectServers(config, { fallbackIdentifier, wanted: [], signal: options.signal })
    const now = await readFingerprint(servers.servers, kept.items, { signal: options.signal })
    const { differences, unread } = compareFingerprints(kept, now)
    if (differences.length > 0) {
      const lines = differences.map(
        ({ title, rating_key, field, before, after }) =>
          `${title} (${rating_key}): ${field} was ${before ?? 'nothing'} on ${kept.ended_at}, is ${after ?? 'nothing'}`,
      )
      return { status: 'problem', lines }
    }
    if (unread > 0)
      return unknown(
        `not everything can be read: ${now.failures.join('; ') || 'a server of the job is not in the config'}`,
      )
    const items = kept.items.length === 1 ? '1 item' : `${kept.items.length} items`
    return {
      status: 'ok',
      lines: [`Plex holds for ${items} what it held before the run (${kept.ended_at})`],
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return unknown(`Plex was not asked: ${error.message}${error.hint === undefined ? '' : `. ${error.hint}`}`)
  }
}

/** What was read before the run, or in words why it cannot be had. */
async function readKept(files: Beneath, { verification }: PastSummary): Promise<Fingerprint | string> {
  if (verification === null) return 'the job has no fingerprint: its version did not write one'
  if (!verification.fingerprint) return 'the job has no fingerprint: it ended before Plex was asked'
  try {
    const bytes = await files.read(fingerprintPath, maxFingerprintBytes)
    const { sha256 } = verification.fingerprint
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) return 'the fingerprint of the job was changed'
    const { before } = fileSchema.parse(JSON.parse(bytes.toString('utf8')))
    return { ...before, items: before.items.map((item) => ({ ...allFields, ...item })) }
  } catch (error) {
    return `the fingerprint of the job cannot be read: ${messageOf(error)}`
  }
}

const allFields = {
  updatedAt: undefined,
  thumb: undefined,
  art: undefined,
  labels: undefined,
  collections: undefined,
  posters: undefined,
  selected_poster: undefined,
  poster_sha256: undefined,
}
