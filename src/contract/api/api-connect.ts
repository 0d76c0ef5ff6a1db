import { z } from 'zod'
import { problemSchema, serverIdSchema, timeSchema } from './api-common.ts'

/** The largest config that can be pasted or read, in bytes. */
export const maxConfigBytes = 4 * 1024 * 1024

/**
 * What a secret looks like in the YAML that the browser gets: the mask and a number. The server puts the value back by
 * its place.
 */
export const secretMask = '••••••••'

export const sessionSchema = z.object({
  /** False on loopback: nobody has to sign in. */
  passwordNeeded: z.boolean(),
  signedIn: z.boolean(),
  version: z.string(),
})
export const signInSchema = z.object({ password: z.string().min(1).max(1_000) })

export const connectRequestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('path'), path: z.string().min(1).max(4_096) }),
  z.object({
    kind: z.literal('text'),
    name: z.string().max(200).default('config.yml'),
    text: z.string().max(maxConfigBytes),
  }),
])
export type ConnectRequest = z.input<typeof connectRequestSchema>

/** Something about a place in the YAML; lines and columns from 1. `line` null: it concerns the whole file. */
export const configProblemSchema = z.object({
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  line: z.int().positive().nullable(),
  column: z.int().positive().nullable(),
  endLine: z.int().positive().nullable(),
  endColumn: z.int().positive().nullable(),
  /** Keys that lead to the place: `libraries.Movies.overlay_files.0`; null where there is none. */
  path: z.string().nullable(),
})
export type ConfigProblem = z.infer<typeof configProblemSchema>

export const connectedServerSchema = z.object({
  /** null as long as Plex has not answered. */
  id: serverIdSchema.nullable(),
  /** Address without credentials. */
  url: z.string(),
  name: z.string(),
  version: z.string(),
  /** False when Plex answers a read without a token from here. */
  tokenIsBarrier: z.boolean().nullable(),
  /** Why it cannot be used; null when it can. */
  problem: problemSchema.nullable(),
})
export type ConnectedServer = z.infer<typeof connectedServerSchema>

export const overlayFileSchema = z.object({
  form: z.enum(['url', 'git', 'default', 'repo', 'file', 'folder', 'path']),
  /** As it stands in the config, secrets masked. */
  value: z.string(),
  /**
   * fetched = Kometa will fetch it from the web; unknown = Kometa was not found, so its own overlays cannot be looked
   * up.
   */
  state: z.enum(['found', 'missing', 'fetched', 'unknown']),
  /** Fonts and images that it names and that are not there, and its like. */
  warnings: z.array(z.string()),
})
export type OverlayFile = z.infer<typeof overlayFileSchema>

export const connectedLibrarySchema = z.object({
  /** The key under `libraries:`. */
  mappingName: z.string(),
  /** Plex's own name. */
  title: z.string(),
  /** machineIdentifier; null as long as its server has not answered. */
  server: serverIdSchema.nullable(),
  sectionId: z.string().nullable(),
  /** movie, show or artist; null when Plex does not know it. */
  type: z.string().nullable(),
  overlayFiles: z.array(overlayFileSchema),
  removeOverlays: z.boolean(),
  /** Why nothing in it can be previewed; null when it can. */
  problem: z.string().nullable(),
})
export type ConnectedLibrary = z.infer<typeof connectedLibrarySchema>

/** One thing that is not in a preview, or is changed for it. */
export const leftOutSchema = z.object({
  /** `libraries.Movies.operations` */
  path: z.string(),
  /** `left out: it is no part of an overlay run` */
  why: z.string(),
  line: z.int().positive().nullable(),
})
export type LeftOut = z.infer<typeof leftOutSchema>

export const configCheckSchema = z.object({
  problems: z.array(configProblemSchema),
  /** False: the text could not be read as a config, so that nothing is known of its libraries. */
  isRead: z.boolean(),
  libraries: z.array(connectedLibrarySchema),
  leftOut: z.array(leftOutSchema),
  /** True when a preview can be started with it. */
  usable: z.boolean(),
})
export type ConfigCheck = z.infer<typeof configCheckSchema>

export const configSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('path'), path: z.string(), name: z.string() }),
  z.object({ kind: z.literal('text'), name: z.string() }),
])

export const connectionSchema = z.object({
  /** A new one for each connect. Give it with a job, so that a stale window cannot start one with another config. */
  id: z.string(),
  /**
   * Another one as soon as the text is another. Give it with an edit, so that none is made of a text that is no more.
   */
  revision: z.string(),
  source: configSourceSchema,
  connectedAt: timeSchema,
  /** The YAML with every secret masked; lines and columns of problems count in this text. */
  text: z.string(),
  servers: z.array(connectedServerSchema),
  ...configCheckSchema.shape,
})
export type Connection = z.infer<typeof connectionSchema>

export const connectionReplySchema = z.object({
  connection: connectionSchema.nullable(),
  /** The path that was connected last, also before a restart. */
  lastPath: z.string().nullable(),
})

/** An edited text, masks in it, of the config that is connected or of a job. */
export const checkConfigRequestSchema = z.object({
  text: z.string().max(maxConfigBytes),
  /** The job whose config was edited; default: the connected config. */
  jobId: z.string().optional(),
})

export const folderQuerySchema = z.object({ path: z.string().max(4_096).optional() })
export const folderSchema = z.object({
  /** null: the list of the allowed folders themselves. */
  path: z.string().nullable(),
  parent: z.string().nullable(),
  entries: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      kind: z.enum(['folder', 'config']),
      bytes: z.number().nullable(),
      modifiedAt: timeSchema.nullable(),
    }),
  ),
  /** True when there are more entries than are shown. */
  truncated: z.boolean(),
})
export type Folder = z.infer<typeof folderSchema>

/**
 * A key that Kometa reads, for completion and hover in the editor. `in` is where it stands: '', `plex`, `settings`,
 * `libraries.*`, ...
 */
export const configKeySchema = z.object({
  in: z.string(),
  key: z.string(),
  preview: z.enum(['kept', 'left out', 'changed']),
  why: z.string().nullable(),
})
export type ConfigKey = z.infer<typeof configKeySchema>
export const configKeysSchema = z.object({ keys: z.array(configKeySchema) })

export const kometaStateSchema = z.object({
  state: z.enum(['checking', 'ready', 'problem']),
  /** sample: the stand-in of the demo draws, not Kometa. */
  renderer: z.enum(['kometa', 'sample']),
  version: z.string().nullable(),
  commit: z.string().nullable(),
  /** The checkout; null for an image. */
  folder: z.string().nullable(),
  /** The image that it runs from, such as kometateam/kometa:v2.4.4. */
  image: z.string().nullable(),
  python: z.string().nullable(),
  supported: z.boolean(),
  warnings: z.array(z.string()),
  /** What is missing and how to get it; null when ready. */
  problem: problemSchema.nullable(),
})
export type KometaState = z.infer<typeof kometaStateSchema>
