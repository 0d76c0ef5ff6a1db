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
  id: z
    .union([targetIdSchema, z.int().nonnegative().transform(String)])
    .describe(
      'Your name for it: its pictures are named after it. Letters, digits, ".", "_" and "-"; 100 characters at most',
    ),
  type: itemTypeSchema.optional().describe('What it is. Plex is right: where it says otherwise you are told'),
  title: textSchema.optional().describe('For people: shown in the results'),
  ratingKey: z
    .union([ratingKeySchema, z.int().nonnegative().transform(String), z.literal(''), z.null()])
    .optional()
    .transform((value) => value || undefined)
    .describe(
      "Plex's number of the item: in its address in Plex Web after metadata%2F. Missing or empty: the target is reported as MISSING_RATINGKEY and the others go on",
    ),
  library: textSchema
    .optional()
    .describe('The library of the config that it is drawn with, where several stand on one Plex library'),
  input: z
    .string()
    .optional()
    .describe('The before picture, where this file exists, below the job folder; else Plex is asked for it'),
  output: z
    .string()
    .optional()
    .describe(
      "The name of the after picture: its stem counts alone, the file goes into the job's output folder with its real extension",
    ),
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
  z.object({
    mode: gateMode
      .default('open')
      .describe(
        'open: Kometa may read from any public host; strict: only from known sources of overlays and from `allow`. Never from the local network. `gate: strict` is short for this key alone',
      ),
    allow: hostNames.describe('Hosts that Kometa may reach besides. A name that begins with a dot covers all below it'),
    deny: hostNames.describe('Hosts that Kometa may not reach; wins over `allow`'),
  }),
)
export type GateSettings = z.infer<typeof gateSchema>

/** The `preview:` section of preview.yml. */
export const previewSectionSchema = z.object({
  mode: z
    .literal('write_blocked')
    .default('write_blocked')
    .describe('Nothing else is offered: writes to Plex are blocked'),
  config: z
    .string()
    .optional()
    .describe(
      "The path of your Kometa's config.yml, from which all comes that preview.yml lacks. Without it: `libraries` in preview.yml itself, or a config.yml beside it",
    ),
  kometa_config_dir: z
    .string()
    .optional()
    .describe('The folder that holds `overlays/<library> Original Posters`. Without it: the folder of the config'),
  kometa_cwd: z
    .string()
    .optional()
    .describe(
      'The folder that your Kometa is started in, which relative paths of the config start from. Without it: the folder above a config folder that is named `config`, else the folder of the config',
    ),
  plex_fingerprint: z
    .union([z.string(), z.record(z.string(), z.string())])
    .optional()
    .describe(
      "SHA-256 fingerprint of Plex's self-signed certificate: only that one is trusted. For several servers a map from plex.url to fingerprint",
    ),
  scope: z
    .preprocess((value) => (value === true ? 'on' : value === false ? 'off' : value), z.enum(['on', 'off']))
    .default('on')
    .describe('on: Kometa sees the targets and what is above them; off: the whole library, however long that takes'),
  gate: gateSchema.default({ mode: 'open', allow: [], deny: [] }).describe('Where else than to Plex Kometa may go'),
  expose_token: z
    .boolean()
    .default(false)
    .describe(
      'true: Kometa gets your real Plex token, for overlays that need plex.tv (`plex_watchlist`). Writes to your server are blocked all the same',
    ),
  timeouts: timeoutsSchema.prefault({}).describe('How long slow and dead peers are waited for'),
  targets: z
    .array(previewTargetSchema)
    .describe('What to preview, an entry each; may be empty where --target names them'),
})
export type PreviewSection = z.infer<typeof previewSectionSchema>
