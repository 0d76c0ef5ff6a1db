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
      'Your name for the target, which its pictures get as well. Letters, digits, ".", "_" and "-"; at most 100 characters',
    ),
  type: itemTypeSchema
    .optional()
    .describe('The type of the item. If Plex says otherwise, Plex is right, and you are told'),
  title: textSchema.optional().describe('A title to show in the results'),
  ratingKey: z
    .union([ratingKeySchema, z.int().nonnegative().transform(String), z.literal(''), z.null()])
    .optional()
    .transform((value) => value || undefined)
    .describe(
      "Plex's number of the item, which Plex Web shows in the address after metadata%2F. Without it, the target is reported as MISSING_RATINGKEY, and the other targets continue",
    ),
  library: textSchema
    .optional()
    .describe('The library of the config that draws the target, if several of them use one Plex library'),
  input: z
    .string()
    .optional()
    .describe('A file below the job folder to use as the before picture. If it does not exist, Plex is asked'),
  output: z
    .string()
    .optional()
    .describe(
      "The name of the after picture. Only its stem is used: the file gets its real extension and lies in the job's output folder",
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
        'open: Kometa may read from any public host; strict: only from known sources of overlays and from `allow`. Neither allows the local network. `gate: strict` is short for `gate: {mode: strict}`',
      ),
    allow: hostNames.describe(
      'More hosts that Kometa may reach. A name that begins with a dot covers all names below it',
    ),
    deny: hostNames.describe('Hosts that Kometa may not reach; wins over `allow`'),
  }),
)
export type GateSettings = z.infer<typeof gateSchema>

/** The `preview:` section of preview.yml. */
export const previewSectionSchema = z.object({
  mode: z
    .literal('write_blocked')
    .default('write_blocked')
    .describe('Writes to Plex are blocked. There is no other mode'),
  config: z
    .string()
    .optional()
    .describe(
      "The path of your Kometa's config.yml, which has all that preview.yml lacks. Without this key, `libraries` must be in preview.yml itself or in a config.yml beside it",
    ),
  kometa_config_dir: z
    .string()
    .optional()
    .describe(
      'The folder that holds `overlays/<library> Original Posters`. Without this key: the folder of the config',
    ),
  kometa_cwd: z
    .string()
    .optional()
    .describe(
      'The folder that your Kometa is started in. Relative paths in the config start there. Without this key: the folder above the config folder if that is named `config`, else the config folder itself',
    ),
  plex_fingerprint: z
    .union([z.string(), z.record(z.string(), z.string())])
    .optional()
    .describe(
      "The SHA-256 fingerprint of Plex's self-signed certificate: no other certificate is trusted. For several servers, a map from plex.url to fingerprint",
    ),
  scope: z
    .preprocess((value) => (value === true ? 'on' : value === false ? 'off' : value), z.enum(['on', 'off']))
    .default('on')
    .describe(
      'on: Kometa sees the targets and their ancestors; off: Kometa sees the whole library, which may take long',
    ),
  gate: gateSchema
    .default({ mode: 'open', allow: [], deny: [] })
    .describe('Which hosts other than Plex Kometa may reach'),
  expose_token: z
    .boolean()
    .default(false)
    .describe(
      'true: Kometa gets your real Plex token, for overlays that need plex.tv (`plex_watchlist`). Writes to your server are still blocked',
    ),
  timeouts: timeoutsSchema.prefault({}).describe('How long to wait for slow and dead peers'),
  targets: z
    .array(previewTargetSchema)
    .describe('What to preview, one entry for each item. The list may be empty if --target names the items'),
})
export type PreviewSection = z.infer<typeof previewSectionSchema>
