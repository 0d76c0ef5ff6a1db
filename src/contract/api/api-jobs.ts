import { z } from 'zod'
import { artworkKindSchema } from '../artwork-kinds.ts'
import { itemTypeSchema } from '../kinds.ts'
import { shownFactsSchema } from '../shown-facts.ts'
import { jobStatusSchema, realRunSchema } from '../summary.ts'
import { imageRefSchema, itemRefSchema, jobIdSchema, problemSchema, serverIdSchema, timeSchema } from './api-common.ts'
import { maxConfigBytes } from './api-connect.ts'
import { maxTargets } from './api-items.ts'

/** interrupted: the server stopped while the job ran. */
export const studioJobStatusSchema = z.enum(['queued', 'running', 'interrupted', ...jobStatusSchema.options])
export type StudioJobStatus = z.infer<typeof studioJobStatusSchema>

export const phaseSchema = z.enum(['check', 'before', 'workspace', 'kometa', 'compile', 'apply', 'results'])

/**
 * changed, unchanged: by comparing the pixels. incomplete: only art or a thumb came. untouched: Kometa draws nothing on
 * the item, not in a real run either. missing: nothing came, and it is unknown whether something should have come.
 * error: something went wrong. cancelled, interrupted: the job ended before this target. pending: the job has not
 * reached this target yet.
 */
export const outcomeSchema = z.enum([
  'pending',
  'changed',
  'unchanged',
  'incomplete',
  'untouched',
  'missing',
  'error',
  'cancelled',
  'interrupted',
])
export type Outcome = z.infer<typeof outcomeSchema>

/** A job as the list of jobs and the frame of the studio show it. */
export const jobEntrySchema = z.object({
  id: jobIdSchema,
  /** "Metropolis and 5 more" */
  title: z.string(),
  status: studioJobStatusSchema,
  /** Place in the queue, from 1; null when the job is not queued. */
  queuePlace: z.int().positive().nullable(),
  /** For jobs of the command line, the start of the run. */
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  durationMs: z.number().nonnegative().nullable(),
  renderer: z.enum(['kometa', 'sample']),
  /** The name of the config file that was connected. */
  config: z.string(),
  /** The path of the config file, or of the file that the edited config is based on; null for a pasted config. */
  configPath: z.string().nullable(),
  /** True when the config was edited in the studio for this job. */
  configEdited: z.boolean(),
  targetCount: z.int().nonnegative(),
  /** The number of targets by outcome; all 0 until the job has ended. */
  counts: z.object({
    changed: z.int(),
    unchanged: z.int(),
    missing: z.int(),
    incomplete: z.int(),
    error: z.int(),
    extra: z.int(),
    untouched: z.int().default(0),
    cancelled: z.int().default(0),
  }),
  /** True when the job is not a success only because Kometa draws nothing on some targets, not in a real run either. */
  onlyUntouched: z.boolean(),
  /** How many files, definitions and parts of definitions Kometa left out of the config. */
  faultCount: z.int().nonnegative(),
  /** Up to 4 pictures for the list: after pictures, or before pictures where there is none. */
  pictures: z.array(imageRefSchema),
  bytes: z.int().nonnegative(),
  keep: z.boolean(),
  /** Until when the secrets of the pasted or edited config are kept, outside the job folder; null: none are kept. */
  secretsKeptUntil: timeSchema.nullable(),
  /** True when the studio can run the job again, because it knows the config and the targets. */
  canRerun: z.boolean(),
})
export type JobEntry = z.infer<typeof jobEntrySchema>

export const jobTargetSchema = z.object({
  id: z.string(),
  server: serverIdSchema.nullable(),
  ratingKey: z.string().nullable(),
  title: z.string(),
  type: itemTypeSchema.nullable(),
  library: z.string().nullable(),
  outcome: outcomeSchema,
  /** Why the picture is missing or incomplete, or what of it a real run could not undo, in words. */
  reason: z.string().nullable(),
  /** What the user should know about the picture that Kometa draws on, with the remedy. */
  notes: z.array(z.string()),
  /** What a real run would do with the target; null when it was not drawn. */
  realRun: realRunSchema.nullable(),
  /** Kometa's own log lines behind the reason. */
  logLines: z.array(z.string()),
  before: imageRefSchema.nullable(),
  after: imageRefSchema.nullable(),
  kind: artworkKindSchema.nullable(),
  /** True when a real run would remove the overlay. */
  restore: z.boolean(),
  overlays: z.array(z.string()),
  /** Overlays that matched the item and are not in its picture, each with the reason in words. */
  leftOut: z.array(z.object({ name: z.string(), why: z.string() })),
  facts: shownFactsSchema,
  mayBeIncomplete: z.string().nullable(),
  /** Why a real run may draw another picture, in words. */
  mayDiffer: z.array(z.string()),
  dependsOnBlockedWrites: z.boolean(),
  /** What else Kometa would have changed on the item ("+ label Overlay"); [] when nothing is known. */
  wouldAlso: z.array(z.string()),
  /** Share of pixels that differ, 0 to 1; null until it is computed or when there is nothing to compare. */
  difference: z.number().min(0).max(1).nullable(),
})
export type StudioTarget = z.infer<typeof jobTargetSchema>

export const jobExtraSchema = z.object({
  ratingKey: z.string().nullable(),
  image: imageRefSchema.nullable(),
  reason: z.string(),
})

export const jobPhaseSchema = z.object({
  phase: phaseSchema,
  startedAt: timeSchema,
  /** null while it runs. */
  durationMs: z.number().nonnegative().nullable(),
  done: z.int().nonnegative(),
  /** 0: the phase does not count anything. */
  total: z.int().nonnegative(),
  /** The title that is being processed. */
  title: z.string(),
})
export type JobPhase = z.infer<typeof jobPhaseSchema>

export const jobDetailSchema = jobEntrySchema.extend({
  /** In the order of the selection. */
  targets: z.array(jobTargetSchema),
  extras: z.array(jobExtraSchema),
  phases: z.array(jobPhaseSchema),
  /** The phase that the job did not complete; null while it runs, and when it completed all of them. */
  stoppedIn: phaseSchema.nullable(),
  /** Why the job is not a success, in words. */
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
  /** What Kometa left out of the config, in words with file and line; `library` is the config's name for it. */
  faults: z.array(z.object({ library: z.string(), words: z.string() })),
  /** Searches in the user's own definitions for something that Plex does not have. */
  emptySearches: z.array(z.object({ library: z.string(), words: z.string() })),
  /** Why the job could not start; null when it did. */
  problem: problemSchema.nullable(),
  kometa: z
    .object({ version: z.string().nullable(), commit: z.string().nullable(), supported: z.boolean() })
    .nullable(),
  /** The id of the last event of the stream when this reply was made. Events after it are new. */
  lastEventId: z.int().nonnegative(),
  /** The folder on this machine, for `run --job`. */
  folder: z.string(),
})
export type JobDetail = z.infer<typeof jobDetailSchema>

/** Read everything from Plex again, even if a job of the last ten minutes has read it. */
const freshSchema = z.boolean()

export const startJobRequestSchema = z.object({
  connectionId: z.string(),
  targets: z.array(itemRefSchema).min(1).max(maxTargets),
  /** The edited YAML with masks, which belongs to this job alone. Absent: the connected config. */
  configText: z.string().max(maxConfigBytes).optional(),
  /** The revision of the config that was edited. The edit is refused if the config has changed since. */
  editedRevision: z.string().optional(),
  fresh: freshSchema.optional(),
})
export type StartJobRequest = z.input<typeof startJobRequestSchema>
export const rerunRequestSchema = z.object({
  /**
   * file: the current config file; job: the config that the job itself ran with. Default: file, if the job used the
   * unedited file.
   */
  use: z.enum(['file', 'job']).optional(),
  configText: z.string().max(maxConfigBytes).optional(),
  /** Secrets that are no longer kept, by the numbers of their masks. */
  secrets: z.record(z.string().regex(/^\d{1,4}$/), z.string().min(1).max(10_000)).optional(),
  fresh: freshSchema.optional(),
})
export const updateJobSchema = z.object({ keep: z.boolean() })
export const jobConfigSchema = z.object({
  /** The config that this job ran with, with secrets masked. */
  text: z.string(),
  name: z.string(),
  edited: z.boolean(),
  /** Until when the secrets are kept outside the job; null: they are not kept, or there are none. */
  secretsKeptUntil: timeSchema.nullable(),
  /** Secrets that must be entered again before the job can run. */
  missingSecrets: z.array(
    z.object({
      number: z.int().positive(),
      /** `plex.token` */
      place: z.string(),
      /** Where the secret is sent. */
      addresses: z.array(z.string()),
    }),
  ),
})
export type MissingSecret = z.infer<typeof jobConfigSchema>['missingSecrets'][number]

export const jobsReplySchema = z.object({
  /** Running jobs, then queued ones in their order, then the others with the newest first. */
  jobs: z.array(jobEntrySchema),
  bytes: z.int().nonnegative(),
})
export const settingsSchema = z.object({
  /** Jobs that the user does not keep are removed when they are older; 0 = never. */
  maxAgeDays: z.int().min(0).max(3_650),
  /** ... or when there are more jobs; 0 = no limit. */
  maxJobs: z.int().min(0).max(100_000),
  /** ... or when all jobs together are larger; 0 = no limit. */
  maxBytes: z.int().min(0),
  /** How long the secrets of pasted and edited configs are kept after the last start of a job that uses them. */
  secretHours: z.int().min(1).max(720).default(24),
})
export type StudioSettings = z.infer<typeof settingsSchema>
export const settingsReplySchema = z.object({
  settings: settingsSchema,
  usage: z.object({
    jobs: z.int().nonnegative(),
    jobBytes: z.int().nonnegative(),
    thumbnailBytes: z.int().nonnegative(),
    indexBytes: z.int().nonnegative(),
    /** What the next pruning would remove. */
    prunable: z.object({ jobs: z.int().nonnegative(), bytes: z.int().nonnegative() }),
  }),
  dataFolder: z.string(),
})
export type SettingsReply = z.infer<typeof settingsReplySchema>
export const pruneReplySchema = z.object({ removed: z.array(jobIdSchema), bytes: z.int().nonnegative() })

/** pass = checked and good; fail = checked and bad; unchecked = nobody checked, never shown in green. */
export const safetyStateSchema = z.enum(['pass', 'fail', 'unchecked'])
export const safetySchema = z.object({
  /** pass only if every check passes. */
  overall: safetyStateSchema,
  checks: z.array(
    z.object({
      id: z.enum(['writes', 'reads', 'token', 'hosts', 'fingerprint', 'ledger']),
      state: safetyStateSchema,
      title: z.string(),
      detail: z.string(),
    }),
  ),
  blockedWrites: z.array(
    z.object({
      /** What the write would have done: `+ label Overlay on Metropolis (1927)`. */
      words: z.string(),
      method: z.string(),
      path: z.string(),
      bytes: z.int().nonnegative(),
    }),
  ),
  refusedReads: z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      /** The status that Kometa got; 0: none. */
      status: z.int(),
      /** refused = our policy refused it; failed = Plex or we could not answer. */
      outcome: z.enum(['refused', 'failed']),
      reason: z.string(),
    }),
  ),
  /** How many of each the ledger has; the lists are cut at `maxSafetyRecords`. null: nothing is recorded. */
  blockedCount: z.int().nonnegative().nullable(),
  refusedCount: z.int().nonnegative().nullable(),
  /** Hosts other than Plex that Kometa reached or was kept from; null: this job did not record them. */
  hosts: z
    .array(z.object({ host: z.string(), allowed: z.boolean(), count: z.int(), bytes: z.int(), reason: z.string() }))
    .nullable(),
  /** Plex before and after, with each field that differs; null: this job did not record it. */
  verification: z.object({ unchanged: z.boolean().nullable(), differences: z.array(z.string()) }).nullable(),
  /** The ways out that Kometa had, open and closed; null: this job did not record them. */
  ways: z.array(z.object({ closed: z.boolean(), words: z.string() })).nullable(),
  /** What differs between the user's config and the run config. */
  leftOut: z.array(z.string()),
})
export type Safety = z.infer<typeof safetySchema>
export const maxSafetyRecords = 1_000
