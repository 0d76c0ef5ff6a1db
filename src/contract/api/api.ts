import { z } from 'zod'
import { doctorReportSchema } from '../doctor.ts'
import { targetIdSchema } from '../preview.ts'
import * as common from './api-common.ts'
import * as connect from './api-connect.ts'
import * as events from './api-events.ts'
import * as items from './api-items.ts'
import * as jobs from './api-jobs.ts'
import type { apiPaths, RouteName } from './api-paths.ts'

export * from './api-common.ts'
export * from './api-connect.ts'
export * from './api-events.ts'
export * from './api-items.ts'
export * from './api-jobs.ts'
export * from './api-paths.ts'

/** What a route takes and returns. `reply` null: 204. `media`: the answer is not JSON but this type. */
export interface RouteSchemas {
  summary: string
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  reply?: z.ZodType | null
  media?: string
  /** The route creates something and answers 201. */
  creates?: true
  /** The route also answers without a session. */
  open?: true
}

export const stateSchema = z.object({
  version: z.string(),
  connectionId: z.string().nullable(),
  lastPath: z.string().nullable(),
  kometa: connect.kometaStateSchema,
  index: items.indexStateSchema,
  jobs: z.object({ total: z.int(), queued: z.int(), runningId: common.jobIdSchema.nullable() }),
  /** True for the demo, whose Plex is a sample. */
  demo: z.boolean(),
})
export type StudioState = z.infer<typeof stateSchema>

export const healthSchema = z.object({ status: z.literal('ok'), version: z.string() })

const job = z.object({ jobId: common.jobIdSchema })
const set = z.object({ setId: z.string().regex(/^[0-9a-f]{16}$/) })

export const apiRoutes = {
  health: { summary: 'For HEALTHCHECK', reply: healthSchema, open: true },
  openapi: { summary: 'This description', reply: z.record(z.string(), z.unknown()), open: true },

  getSession: { summary: 'Whether a password is needed', reply: connect.sessionSchema, open: true },
  signIn: { summary: 'Sign in; sets the cookie', body: connect.signInSchema, reply: connect.sessionSchema, open: true },
  signOut: { summary: 'Sign out', reply: null, open: true },

  getState: { summary: 'What the frame shows', reply: stateSchema },
  events: { summary: 'What changes outside of one job', media: 'text/event-stream' },

  listFolder: {
    summary: 'Folders and configs below the allowed folders',
    query: connect.folderQuerySchema,
    reply: connect.folderSchema,
  },
  getConnection: { summary: 'The connected config', reply: connect.connectionReplySchema },
  connect: { summary: 'Connect a config', body: connect.connectRequestSchema, reply: connect.connectionSchema },
  disconnect: { summary: 'Forget the connected config', reply: null },
  refreshConnection: {
    summary: 'Look at the connected config and its Plex as they are now',
    reply: connect.connectionReplySchema,
  },
  checkConfig: {
    summary: 'Problems of an edited config',
    body: connect.checkConfigRequestSchema,
    reply: connect.configCheckSchema,
  },
  configKeys: { summary: 'The keys that Kometa reads', reply: connect.configKeysSchema },
  getKometa: { summary: "Kometa's state", reply: connect.kometaStateSchema },
  checkKometa: { summary: 'Look for Kometa again', reply: connect.kometaStateSchema },

  getDoctor: { summary: 'All that a preview needs, looked at now', reply: doctorReportSchema },

  getIndex: { summary: 'How far the libraries are read', reply: items.indexStateSchema },
  refreshIndex: { summary: 'Read the libraries anew', reply: items.indexStateSchema },
  listItems: { summary: 'A window of the grid', query: items.itemQuerySchema, reply: items.itemWindowSchema },
  itemFacets: { summary: 'What the filters would leave', query: items.itemFilterSchema, reply: items.itemFacetsSchema },
  lookUpItems: { summary: 'Known items', body: items.lookUpRequestSchema, reply: items.lookUpReplySchema },
  resolveItems: { summary: 'Items of pasted text', body: items.resolveRequestSchema, reply: items.resolveReplySchema },
  sampleItems: { summary: 'Items that differ', body: items.sampleRequestSchema, reply: items.sampleReplySchema },
  itemThumbnail: {
    summary: "An item's picture, small",
    params: common.itemRefSchema,
    query: items.thumbnailQuerySchema,
    media: 'image/webp',
  },

  listSets: { summary: 'Saved sets', reply: items.setsReplySchema },
  createSet: { summary: 'Save a set', body: items.setRequestSchema, reply: items.savedSetSchema, creates: true },
  updateSet: { summary: 'Change a set', params: set, body: items.setRequestSchema, reply: items.savedSetSchema },
  deleteSet: { summary: 'Delete a set', params: set, reply: null },

  listJobs: { summary: 'All jobs', reply: jobs.jobsReplySchema },
  startJob: {
    summary: 'Start or queue a preview',
    body: jobs.startJobRequestSchema,
    reply: jobs.jobDetailSchema,
    creates: true,
  },
  pruneJobs: { summary: 'Remove old jobs now', reply: jobs.pruneReplySchema },
  getJob: { summary: 'A job', params: job, reply: jobs.jobDetailSchema },
  updateJob: {
    summary: 'Keep a job, or no longer',
    params: job,
    body: jobs.updateJobSchema,
    reply: jobs.jobEntrySchema,
  },
  deleteJob: { summary: 'Delete a job and its files', params: job, reply: null },
  cancelJob: { summary: 'Cancel a job', params: job, reply: jobs.jobEntrySchema },
  rerunJob: {
    summary: 'Run it again',
    params: job,
    body: jobs.rerunRequestSchema,
    reply: jobs.jobDetailSchema,
    creates: true,
  },
  getJobConfig: { summary: 'The config of a job', params: job, reply: jobs.jobConfigSchema },
  getJobSafety: { summary: 'The proof of a job', params: job, reply: jobs.safetySchema },
  getLogLines: {
    summary: 'Older log lines',
    params: job,
    query: events.logLinesQuerySchema,
    reply: events.logLinesReplySchema,
  },
  jobEvents: {
    summary: 'A job as it runs',
    params: job,
    query: events.jobEventsQuerySchema,
    media: 'text/event-stream',
  },
  jobLog: { summary: 'The whole log', params: job, media: 'text/plain' },
  jobZip: { summary: 'All pictures', params: job, media: 'application/zip' },
  jobImage: {
    summary: 'A picture',
    params: job.extend({ sha256: common.sha256Schema }),
    query: z.object({ w: z.int().optional(), name: z.string().max(200).optional() }),
    media: 'image/*',
  },
  jobDifference: {
    summary: 'Heat map of a target',
    params: job.extend({ targetId: targetIdSchema }),
    media: 'image/png',
  },

  getSettings: { summary: 'Settings and what is used', reply: jobs.settingsReplySchema },
  updateSettings: { summary: 'Change settings', body: jobs.settingsSchema, reply: jobs.settingsReplySchema },
} as const satisfies Record<RouteName, RouteSchemas>

type Routes = typeof apiRoutes
type Infer<Name extends RouteName, Part extends 'params' | 'query' | 'body', Otherwise> =
  Routes[Name] extends Record<Part, infer Schema extends z.ZodType> ? z.input<Schema> : Otherwise

export type RouteParams<Name extends RouteName> = Infer<Name, 'params', undefined>
export type RouteQuery<Name extends RouteName> = Infer<Name, 'query', undefined>
export type RouteBody<Name extends RouteName> = Infer<Name, 'body', undefined>
/** The answer of a JSON route; undefined for 204. */
export type RouteReply<Name extends RouteName> =
  Routes[Name] extends Record<'reply', infer Schema> ? (Schema extends z.ZodType ? z.output<Schema> : undefined) : never
export type RouteMethod<Name extends RouteName> = (typeof apiPaths)[Name][0]
