import { z } from 'zod'
import { problemSchema, serverIdSchema, timeSchema } from './api-common.ts'

/** The largest config that can be pasted or read, in bytes. */
export const maxConfigBytes = 4 * 1024 * 1024

/**
 * How a secret appears in the YAML that the browser gets: this mask and a number. The server puts the value back
 * according to its place.
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

/**
 * A problem at a place in the YAML. Lines and columns count from 1. `line` null: the problem concerns the whole file.
 */
export const configProblemSchema = z.object({
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  line: z.int().positive().nullable(),
  column: z.int().positive().nullable(),
  endLine: z.int().positive().nullable(),
  endColumn: z.int().positive().nullable(),
  /** The keys that lead to the place, such as `libraries.Movies.overlay_files.0`; null when there are none. */
  path: z.string().nullable(),
})
export type ConfigProblem = z.infer<typeof configProblemSchema>

export const connectedServerSchema = z.object({
  /** null until Plex has answered. */
  id: serverIdSchema.nullable(),
  /** Address without credentials. */
  url: z.string(),
  name: z.string(),
  version: z.string(),
  /** False when Plex answers a read without a token from here. */
  tokenIsBarrier: z.boolean().nullable(),
  /** Why the server cannot be used; null when it can. */
  problem: problemSchema.nullable(),
})
export type ConnectedServer = z.infer<typeof connectedServerSchema>

export const overlayFileSchema = z.object({
  form: z.enum(['url', 'git', 'default', 'repo', 'file', 'folder', 'path']),
  /** The value from the config, with secrets masked. */
  value: z.string(),
  /**
   * fetched = Kometa will fetch the file from the web; unknown = Kometa was not found, so its own overlays cannot be
   * looked up.
   */
  state: z.enum(['found', 'missing', 'fetched', 'unknown']),
  /** Problems with the file, such as fonts and images that it names and that are missing. */
  warnings: z.array(z.string()),
})
export type OverlayFile = z.infer<typeof overlayFileSchema>

export const connectedLibrarySchema = z.object({
  /** The key under `libraries:`. */
  mappingName: z.string(),
  /** The name that Plex has for the library. */
  title: z.string(),
  /** The machineIdentifier of the server; null until the server has answered. */
  server: serverIdSchema.nullable(),
  sectionId: z.string().nullable(),
  /** movie, show or artist; null when Plex does not know it. */
  type: z.string().nullable(),
  overlayFiles: z.array(overlayFileSchema),
  removeOverlays: z.boolean(),
  /** Why nothing in the library can be previewed; null when it can. */
  problem: z.string().nullable(),
})
export type ConnectedLibrary = z.infer<typeof connectedLibrarySchema>

/** One part of the config that the preview leaves out or changes. */
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
  /** False when the text could not be read as a config. Nothing is then known about its libraries. */
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
  /**
   * Each connect gives a new id. Send it with a job, so that an outdated window cannot start a job with another config.
   */
  id: z.string(),
  /**
   * The revision changes whenever the text changes. Send it with an edit, so that no edit is based on an outdated text.
   */
  revision: z.string(),
  source: configSourceSchema,
  connectedAt: timeSchema,
  /** The YAML with every secret masked. Lines and columns of problems refer to this text. */
  text: z.string(),
  servers: z.array(connectedServerSchema),
  ...configCheckSchema.shape,
})
export type Connection = z.infer<typeof connectionSchema>

export const connectionReplySchema = z.object({
  connection: connectionSchema.nullable(),
  /** The path that was connected last, even if that was before a restart. */
  lastPath: z.string().nullable(),
})

/** An edited text, with masks in it, of the connected config or of the config of a job. */
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
 * A key that Kometa reads, for completion and hover in the editor. `in` is the section that contains the key: '',
 * `plex`, `settings`, `libraries.*`, ...
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
  /** sample: a stand-in for the demo draws instead of Kometa. */
  renderer: z.enum(['kometa', 'sample']),
  version: z.string().nullable(),
  commit: z.string().nullable(),
  /** The folder of the checkout; null for an image. */
  folder: z.string().nullable(),
  /** The image that Kometa runs from, such as kometateam/kometa:v2.4.4. */
  image: z.string().nullable(),
  python: z.string().nullable(),
  supported: z.boolean(),
  warnings: z.array(z.string()),
  /** What is missing and how to get it; null when ready. */
  problem: problemSchema.nullable(),
})
export type KometaState = z.infer<typeof kometaStateSchema>
