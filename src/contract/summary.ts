import { z } from 'zod'
import { artworkKindSchema } from './artwork-kinds.ts'
import { configFaultSchema, emptySearchSchema } from './faults.ts'
import { imageTypeSchema, itemTypeSchema } from './kinds.ts'
import {
  lostOverlaySchema,
  placelessOverlaySchema,
  suppressedOverlaySchema,
  valuelessOverlaySchema,
} from './left-out.ts'
import { blockedWriteSchema, captureSchema, refusedReadSchema } from './records.ts'
import { shownFactsSchema } from './shown-facts.ts'
import { verificationSchema } from './verification.ts'
import { wayOutSchema } from './ways-out.ts'

export const summarySchemaVersion = 1

export const jobStatusSchema = z.enum(['success', 'partial', 'failed', 'cancelled'])
export type JobStatus = z.infer<typeof jobStatusSchema>

export type { BaseUsed } from './shown-facts.ts'

/** What a real run would do with an item that the preview has drawn: Kometa skips those that it finds unchanged. */
export const realRunSchema = z.object({
  would: z.enum(['draw', 'skip', 'unknown']),
  /** In words; ends the sentence "because ...". */
  why: z.string(),
})
export type RealRun = z.infer<typeof realRunSchema>

const picture = z.object({
  /** Relative to the job folder. */
  path: z.string(),
  type: imageTypeSchema,
  size_bytes: z.int().nonnegative(),
  sha256: z.string(),
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
})
export type Picture = z.infer<typeof picture>

/**
 * What a missing picture means. untouched: a real run would leave the item as it is. doubtful: no overlay matched, but
 * some failed that could have. cancelled: the job ended first. error: the rest.
 */
export const missingCauseSchema = z.enum(['untouched', 'doubtful', 'cancelled', 'error'])
export type MissingCause = z.infer<typeof missingCauseSchema>

export const targetResultSchema = z.object({
  id: z.string(),
  rating_key: z.string().nullable(),
  title: z.string(),
  type: itemTypeSchema.nullable(),
  library: z.string().nullable(),
  server: z.string().nullable(),
  /** exported = its poster is there; incomplete = only art or thumb came; missing = nothing came. */
  status: z.enum(['exported', 'incomplete', 'missing']),
  /** Why it is missing or incomplete, in words; null when exported. */
  reason: z.string().nullable(),
  /** Set when it is missing; absent in summaries of before. */
  missing_because: missingCauseSchema.nullable().optional(),
  /** Kometa's own log lines behind the reason. */
  log_lines: z.array(z.string()),
  before: picture.nullable(),
  after: picture.nullable(),
  kind: artworkKindSchema.nullable(),
  /** True when the upload carries no overlay mark: a real run would take the overlay off. */
  restore: z.boolean(),
  /** What is in the picture. */
  overlays_applied: z.array(z.string()),
  /**
   * What found this item and is not in its picture, by cause: only what Kometa's own log leaves no doubt of; absent in
   * older summaries.
   */
  overlays_lost: z.array(lostOverlaySchema).optional(),
  overlays_suppressed: z.array(suppressedOverlaySchema).optional(),
  overlays_without_place: z.array(placelessOverlaySchema).optional(),
  overlays_without_value: z.array(valuelessOverlaySchema).optional(),
  ...shownFactsSchema.shape,
  /** null: it was not drawn. This and the next two are absent in summaries of earlier versions. */
  real_run: realRunSchema.nullable().optional(),
  /** What of this picture a real run could not undo, in words: never a success. */
  fault: z.string().nullable().optional(),
  /** What to know of the picture that it is drawn on, with the cure. */
  notes: z.array(z.string()).optional(),
  /**
   * Why a real run may draw another picture, in words: such a target keeps the job from being a success; absent in
   * older summaries.
   */
  may_differ: z.array(z.string()).optional(),
  /** A refused or failed read may have cost this target a badge; the request is in refused_reads. */
  may_be_incomplete: z.string().nullable(),
  depends_on_blocked_writes: z.boolean(),
})
export type TargetResult = z.infer<typeof targetResultSchema>

/** `<job>/output/summary.json`. All paths are relative to the job folder; no secret stands in it. */
export const summarySchema = z.object({
  schema_version: z.literal(summarySchemaVersion),
  /** When the summary was written; ISO 8601, UTC. */
  timestamp: z.iso.datetime(),
  started_at: z.iso.datetime(),
  status: jobStatusSchema,
  success: z.boolean(),
  /** Why the job is not a success, in words: Kometa's own where it has some. */
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
  /** Files, definitions and parts of them that Kometa left out; with one, "success" is "success with faults". */
  config_faults: z.array(configFaultSchema).default([]),
  /** Searches that found nothing in Plex to search for. */
  empty_searches: z.array(emptySearchSchema).default([]),
  renderer: z.enum(['kometa', 'sample']),
  kometa: z.object({ version: z.string().nullable(), commit: z.string().nullable(), supported: z.boolean() }),
  /**
   * Before 2.4.6 Kometa exits 0 on almost every failure; success is read from its log in any version. null = it was
   * ended by us.
   */
  kometa_exit_code: z.int().nullable(),
  /** Each Kometa process of the job; libraries run in parallel, one process each where they can. */
  kometa_runs: z
    .array(
      z.object({
        /** Mapping names, in the order in which it ran them. */
        libraries: z.array(z.string()),
        /** null = it was ended by us, or by a signal. */
        exit_code: z.int().nullable(),
        /** `Finished ... Run` stands in its log. */
        finished: z.boolean(),
        /** The phase that it did not get through, by its log; absent in summaries of before. */
        stopped_in: z.enum(['kometa', 'compile', 'apply']).nullable().optional(),
        duration_ms: z.number().nonnegative(),
        /** Items that it uploaded a picture for, by its log. */
        items_drawn: z.int().nonnegative(),
        /** Relative to the job folder. */
        logs: z.string(),
        /** Why it is not a success, in words. */
        problems: z.array(z.string()),
      }),
    )
    .default([]),
  servers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      version: z.string(),
      /** False when Plex answers a read without a token from here ("allowed without auth" networks). */
      token_is_barrier: z.boolean(),
    }),
  ),
  blocked_write_attempts: z.array(blockedWriteSchema),
  captured_uploads: z.array(captureSchema),
  captured_uploads_count: z.int().nonnegative(),
  successful_captures_count: z.int().nonnegative(),
  exported_files: z.record(z.string(), z.string()),
  missing_targets: z.array(z.string()),
  output_files: z.array(z.string()),
  targets: z.array(targetResultSchema),
  /** Captures of items that are no target. */
  extras: z.array(
    z.object({
      rating_key: z.string().nullable(),
      saved_path: z.string().nullable(),
      /** decoy, above a target, or outside scope: it came in by its ratingKey, past every listing. */
      reason: z.string(),
      /** What Kometa drew on it, by its log; [] when that does not tell. */
      definitions: z.array(z.string()).default([]),
    }),
  ),
  refused_reads: z.array(refusedReadSchema),
  /** What differs between the user's config and the run config, a line each. */
  config_changes: z.array(z.string()),
  /** How Kometa's view was narrowed to the targets, per server; empty for a run over the whole library. */
  scope: z.array(
    z.object({
      server: z.string(),
      /** What Plex is asked for: by id, by title, or the whole listing, filtered here. */
      strategy: z.enum(['id', 'title', 'filter']),
      why: z.string(),
      places: z.array(
        z.object({ section: z.string(), type: z.int(), strategy: z.enum(['id', 'title', 'filter']), why: z.string() }),
      ),
      /** Items outside the scope that Kometa was shown, so that a search with results has one. */
      decoys: z.array(z.object({ rating_key: z.string(), title: z.string(), type: z.string() })),
      contradictions: z.array(z.string()),
      /** One real search, asked again whole after the run. */
      recheck: z.object({ agrees: z.boolean().nullable(), why: z.string() }).nullable(),
      requests: z.object({ self_check: z.int(), listings: z.int() }),
      bytes: z.int().nonnegative(),
    }),
  ),
  /** Where else Kometa went: other hosts, and Tautulli, Radarr and Sonarr through read-only proxies (port 0). */
  gate: z.object({
    mode: z.enum(['open', 'strict']),
    /** A proxy of the user's environment was the way out: names were judged here and resolved there. */
    via_user_proxy: z.boolean(),
    hosts: z.array(
      z.object({
        host: z.string(),
        port: z.int().nonnegative(),
        verdict: z.enum(['pass', 'block']),
        /** Why it was blocked, or what went wrong the first time. */
        reason: z.string(),
        count: z.int().positive(),
        bytes_up: z.int().nonnegative(),
        bytes_down: z.int().nonnegative(),
      }),
    ),
  }),
  /** Whether Kometa had any way out but proxy and gate. */
  isolation: z.object({
    /** namespace: a network namespace of its own, with proxy and gate as its only ways out. */
    mode: z.enum(['namespace', 'none']),
    /** In words. */
    why: z.string(),
    /** Which ways out were closed to Kometa; absent in summaries of before. */
    ways: z.array(wayOutSchema).optional(),
  }),
  /** What the job asked of Plex beside its verification, for Kometa and for itself; absent in summaries of before. */
  plex_reads: z
    .object({
      forwarded: z.int().nonnegative(),
      forwarded_bytes: z.int().nonnegative(),
      /** Reads of Kometa that were answered without asking Plex again. */
      answered_from_memory: z.int().nonnegative(),
    })
    .optional(),
  verification: verificationSchema,
  /** `output/ledger.jsonl`: every request and its verdict, each line with the hash of the one before. */
  ledger: z.object({
    head: z.string(),
    count: z.int().nonnegative(),
    uncounted_reads: z.int().nonnegative(),
    files: z.array(z.string()),
  }),
  /** Phase -> milliseconds. */
  durations_ms: z.record(z.string(), z.number().nonnegative()),
})
export type Summary = z.infer<typeof summarySchema>

/** The status in words: green means that nothing was dropped. */
export function statusWords({ status, config_faults: faults }: Pick<Summary, 'status' | 'config_faults'>): string {
  return status === 'success' && faults.length > 0 ? 'success with faults' : status
}
