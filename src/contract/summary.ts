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

/** What a real run would do with an item that the preview has drawn. Kometa skips items that it finds unchanged. */
export const realRunSchema = z.object({
  would: z.enum(['draw', 'skip', 'unknown']),
  /** The reason in words; it completes a sentence with "because ...". */
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
 * some overlays failed that could have matched. cancelled: the job ended first. error: any other cause.
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
  /** exported = the poster is there; incomplete = only art or a thumb came; missing = nothing came. */
  status: z.enum(['exported', 'incomplete', 'missing']),
  /** Why the picture is missing or incomplete, in words; null when exported. */
  reason: z.string().nullable(),
  /** Set when the picture is missing; absent in older summaries. */
  missing_because: missingCauseSchema.nullable().optional(),
  /** Kometa's own log lines behind the reason. */
  log_lines: z.array(z.string()),
  before: picture.nullable(),
  after: picture.nullable(),
  kind: artworkKindSchema.nullable(),
  /** True when the upload carries no overlay mark: a real run would remove the overlay. */
  restore: z.boolean(),
  /** The overlays that are in the picture. */
  overlays_applied: z.array(z.string()),
  /**
   * The overlays that matched this item and are not in its picture, by cause. Only overlays whose cause is certain from
   * Kometa's log are listed; absent in older summaries.
   */
  overlays_lost: z.array(lostOverlaySchema).optional(),
  overlays_suppressed: z.array(suppressedOverlaySchema).optional(),
  overlays_without_place: z.array(placelessOverlaySchema).optional(),
  overlays_without_value: z.array(valuelessOverlaySchema).optional(),
  ...shownFactsSchema.shape,
  /** null: the item was not drawn. This field and the next two are absent in older summaries. */
  real_run: realRunSchema.nullable().optional(),
  /** What of this picture a real run could not undo, in words. A target with a fault is never a success. */
  fault: z.string().nullable().optional(),
  /** What the user should know about the picture that Kometa draws on, with the remedy. */
  notes: z.array(z.string()).optional(),
  /**
   * Why a real run may draw a different picture, in words. Such a target keeps the job from being a success; absent in
   * older summaries.
   */
  may_differ: z.array(z.string()).optional(),
  /** Set when a refused or failed read may have cost this target a badge. The request is in refused_reads. */
  may_be_incomplete: z.string().nullable(),
  depends_on_blocked_writes: z.boolean(),
})
export type TargetResult = z.infer<typeof targetResultSchema>

/** `<job>/output/summary.json`. All paths are relative to the job folder, and the file contains no secret. */
export const summarySchema = z.object({
  schema_version: z.literal(summarySchemaVersion),
  /** When the summary was written; ISO 8601, UTC. */
  timestamp: z.iso.datetime(),
  started_at: z.iso.datetime(),
  status: jobStatusSchema,
  success: z.boolean(),
  /** Why the job is not a success, in words, and in those of Kometa where it gives some. */
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
  /**
   * Files, definitions and parts of them that Kometa left out. If there are any, "success" becomes "success with
   * faults".
   */
  config_faults: z.array(configFaultSchema).default([]),
  /** Searches for something that Plex does not have. */
  empty_searches: z.array(emptySearchSchema).default([]),
  renderer: z.enum(['kometa', 'sample']),
  kometa: z.object({ version: z.string().nullable(), commit: z.string().nullable(), supported: z.boolean() }),
  /**
   * Before 2.4.6 Kometa exits with 0 on almost every failure, so success is determined from its log in every version.
   * null = we ended Kometa.
   */
  kometa_exit_code: z.int().nullable(),
  /** All Kometa processes of the job. Where possible, libraries run in parallel with one process each. */
  kometa_runs: z
    .array(
      z.object({
        /** The mapping names, in the order in which Kometa ran them. */
        libraries: z.array(z.string()),
        /** null = we or a signal ended the process. */
        exit_code: z.int().nullable(),
        /** The log of the process contains `Finished ... Run`. */
        finished: z.boolean(),
        /** The phase that the process did not complete, according to its log; absent in older summaries. */
        stopped_in: z.enum(['kometa', 'compile', 'apply']).nullable().optional(),
        duration_ms: z.number().nonnegative(),
        /** The number of items for which it uploaded a picture, according to its log. */
        items_drawn: z.int().nonnegative(),
        /** Relative to the job folder. */
        logs: z.string(),
        /** Why the process is not a success, in words. */
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
  /** Captures of items that are not targets. */
  extras: z.array(
    z.object({
      rating_key: z.string().nullable(),
      saved_path: z.string().nullable(),
      /**
       * The item is a decoy, above a target, or outside the scope: Kometa reached it directly by its ratingKey, not
       * through a listing.
       */
      reason: z.string(),
      /** The overlays that Kometa drew on the item, according to its log; [] when the log does not tell. */
      definitions: z.array(z.string()).default([]),
    }),
  ),
  refused_reads: z.array(refusedReadSchema),
  /** The differences between the user's config and the run config, one line each. */
  config_changes: z.array(z.string()),
  /** How the view of Kometa was narrowed to the targets, per server; empty for a run over the whole library. */
  scope: z.array(
    z.object({
      server: z.string(),
      /** How Plex is asked for the items: by id, by title, or for the whole listing, which is then filtered here. */
      strategy: z.enum(['id', 'title', 'filter']),
      why: z.string(),
      places: z.array(
        z.object({ section: z.string(), type: z.int(), strategy: z.enum(['id', 'title', 'filter']), why: z.string() }),
      ),
      /** Items outside the scope that Kometa was shown, so that a search which should have results has at least one. */
      decoys: z.array(z.object({ rating_key: z.string(), title: z.string(), type: z.string() })),
      contradictions: z.array(z.string()),
      /** One real search of the job that was repeated in full after the run, to compare the results. */
      recheck: z.object({ agrees: z.boolean().nullable(), why: z.string() }).nullable(),
      requests: z.object({ self_check: z.int(), listings: z.int() }),
      bytes: z.int().nonnegative(),
    }),
  ),
  /**
   * Where else Kometa connected: to other hosts, and to Tautulli, Radarr and Sonarr through read-only proxies (port 0).
   */
  gate: z.object({
    mode: z.enum(['open', 'strict']),
    /** Connections went through a proxy of the user's environment: host names were judged here but resolved there. */
    via_user_proxy: z.boolean(),
    hosts: z.array(
      z.object({
        host: z.string(),
        port: z.int().nonnegative(),
        verdict: z.enum(['pass', 'block']),
        /** Why the host was blocked, or what went wrong the first time. */
        reason: z.string(),
        count: z.int().positive(),
        bytes_up: z.int().nonnegative(),
        bytes_down: z.int().nonnegative(),
      }),
    ),
  }),
  /** Tells whether Kometa had any way out other than proxy and gate. */
  isolation: z.object({
    /** namespace: a separate network namespace, with proxy and gate as the only ways out. */
    mode: z.enum(['namespace', 'none']),
    /** In words. */
    why: z.string(),
    /** Which ways out were closed to Kometa; absent in older summaries. */
    ways: z.array(wayOutSchema).optional(),
  }),
  /**
   * The requests to Plex besides those of the verification, for Kometa and for the job itself; absent in older
   * summaries.
   */
  plex_reads: z
    .object({
      forwarded: z.int().nonnegative(),
      forwarded_bytes: z.int().nonnegative(),
      /** Reads by Kometa that were answered without asking Plex again. */
      answered_from_memory: z.int().nonnegative(),
    })
    .optional(),
  verification: verificationSchema,
  /** `output/ledger.jsonl` contains every request and its verdict. Each line has the hash of the line before it. */
  ledger: z.object({
    head: z.string(),
    count: z.int().nonnegative(),
    uncounted_reads: z.int().nonnegative(),
    files: z.array(z.string()),
  }),
  /** Maps each phase to milliseconds. */
  durations_ms: z.record(z.string(), z.number().nonnegative()),
})
export type Summary = z.infer<typeof summarySchema>

/** The status in words. A plain "success" means that nothing was left out. */
export function statusWords({ status, config_faults: faults }: Pick<Summary, 'status' | 'config_faults'>): string {
  return status === 'success' && faults.length > 0 ? 'success with faults' : status
}
