import { z } from 'zod'
import { itemTypeSchema } from './kinds.ts'
import { timeoutsSchema } from './timeouts.ts'

/** A file-safe name: lower or upper case letters, digits, dot, dash, underscore; never a path, never hidden. */
export const targetIdSchema = z
  .string()
  .max(100)
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]*$/,
    'use letters, digits, ".", "_" and "-" only, and start with a letter or digit',
  )
  .refine((id) => !id.endsWith('.'), 'must not end with a dot')

/** A Plex ratingKey: digits. Plex shows it in the item's URL as `metadata%2F<ratingKey>`. */
export const ratingKeySchema = z.string().regex(/^\d{1,18}$/, 'a ratingKey is a number')

/** Text that YAML may take for a number: the film `1917`, the library `2024`. */
const textSchema = z.union([z.string(), z.number().transform(String)])

/** One entry of `preview.targets` in preview.yml. */
export const previewTargetSchema = z.object({
  id: z.union([targetIdSchema, z.int().nonnegative().transform(String)]),
  type: itemTypeSchema.optional(),
  title: textSchema.optional(),
  /** Missing or empty: the target is reported as MISSING_RATINGKEY and the others go on. */
  ratingKey: z
    .union([ratingKeySchema, z.int().nonnegative().transform(String), z.literal(''), z.null()])
    .optional()
    .transform((value) => value || undefined),
  library: textSchema.optional(),
  /** The before picture, where this file exists. */
  input: z.string().optional(),
  /** Only the stem counts; the file goes to the job's output folder with its real extension. */
  output: z.string().optional(),
})
export type PreviewTarget = z.infer<typeof previewTargetSchema>

/** A host name or an address; `*.example.org` means what `.example.org` does. */
const hostName = z
  .string()
  .transform((text) => text.trim().replace(/^\*\./, '.'))
  .refine(
    (name) => /^\.?[A-Za-z0-9_-]+([.:][A-Za-z0-9_-]*)*$|^\[?[0-9A-Fa-f:.]+\]?$/.test(name),
    'is no host name: write api.example.org, .example.org for all below it, or an address; no http:// and no path',
  )
const hostNames = z.array(hostName).default([])
const gateMode = z.enum(['open', 'strict'])

/** Where else Kometa may go. A host name that begins with a dot covers all names below it; `deny` wins. */
export const gateSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { mode: value } : (value ?? {})),
  z.object({ mode: gateMode.default('open'), allow: hostNames, deny: hostNames }),
)
export type GateSettings = z.infer<typeof gateSchema>

/** The `preview:` section of preview.yml. */
export const previewSectionSchema = z.object({
  mode: z.literal('write_blocked').default('write_blocked'),
  /** The user's own config.yml, from which `libraries` and all else come that preview.yml lacks. */
  config: z.string().optional(),
  /** The folder that holds `overlays/<library> Original Posters`; default: the folder of the config. */
  kometa_config_dir: z.string().optional(),
  /** The folder that Kometa is started in, which relative paths of the config start from; default: see the docs of `--kometa-cwd`. */
  kometa_cwd: z.string().optional(),
  /** SHA-256 fingerprint of Plex's self-signed certificate; a map from plex.url to fingerprint for more than one server. */
  plex_fingerprint: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  /** on: Kometa sees the targets and what is above them; off: the whole library, however long that takes. */
  scope: z
    .preprocess((value) => (value === true ? 'on' : value === false ? 'off' : value), z.enum(['on', 'off']))
    .default('on'),
  /** open: Kometa may read from any public host; strict: only from known sources and `allow`. Never from the local network. */
  gate: gateSchema.default({ mode: 'open', allow: [], deny: [] }),
  /** Hand the real token to Kometa, for overlays that need plex.tv (`plex_watchlist`). */
  expose_token: z.boolean().default(false),
  /** How long slow and dead peers are waited for, in seconds. */
  timeouts: timeoutsSchema.prefault({}),
  targets: z.array(previewTargetSchema),
})
export type PreviewSection = z.infer<typeof previewSectionSchema>
