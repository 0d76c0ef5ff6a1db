import { z } from 'zod'
import { itemTypeSchema } from './kinds.ts'
import { timeoutsSchema } from './timeouts.ts'

/** A name that is safe for files: letters, digits, dot, dash and underscore. It is never a path and never hidden. */
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

/** A text that YAML may take for a number: the film `1917`, the library `2024`. */
const textSchema = z.union([z.string(), z.number().transform(String)])

/** One entry of `preview.targets` in preview.yml. */
export const previewTargetSchema = z.object({
  id: z
    .union([targetIdSchema, z.int().nonnegative().transform(String)])
    .describe(
      'Your name for the target, which is also the name of its pictures. Letters, digits, ".", "_" and "-"; at most 100 characters',
    ),
  type: itemTypeSchema
    .optional()
    .describe('The type of the item. If Plex says otherwise, the type from Plex is used and you are told'),
  title: textSchema.optional().describe('The title for people, shown in the results'),
  ratingKey: z
    .union([ratingKeySchema, z.int().nonnegative().transform(String), z.literal(''), z.null()])
    .optional()
    .transform((value) => value || undefined)
    .describe(
      'The number of the item in Plex: Plex Web shows it in the address of the item after metadata%2F. If it is missing or empty, the target is reported as MISSING_RATINGKEY and the other targets continue',
    ),
  library: textSchema
    .optional()
    .describe(
      'The library of the config whose overlays are drawn, when several libraries of the config use the same Plex library',
    ),
  input: z
    .string()
    .optional()
    .describe(
      'The path of the before picture below the job folder. If the file does not exist, the picture is read from Plex',
    ),
  output: z
    .string()
    .optional()
    .describe(
      "The name of the after picture. A folder and an extension in it are ignored: the file goes into the job's output folder with its real extension",
    ),
})
export type PreviewTarget = z.infer<typeof previewTargetSchema>

/** A host name or an address. `*.example.org` means the same as `.example.org`. */
const hostName = z
  .string()
  .transform((text) => text.trim().replace(/^\*\./, '.'))
  .refine(
    (name) => /^\.?[A-Za-z0-9_-]+([.:][A-Za-z0-9_-]*)*$|^\[?[0-9A-Fa-f:.]+\]?$/.test(name),
    'is no host name: write api.example.org, .example.org for all below it, or an address; no http:// and no path',
  )
const hostNames = z.array(hostName).default([])
const gateMode = z.enum(['open', 'strict'])

/**
 * The other hosts that Kometa may reach. A host name that begins with a dot covers all names below it; `deny` takes
 * precedence.
 */
export const gateSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { mode: value } : (value ?? {})),
  z.object({
    mode: gateMode
      .default('open')
      .describe(
        'open: Kometa may read from any public host; strict: only from known sources of overlays and from hosts in `allow`. It may never read from the local network. `gate: strict` is a short form that sets only this key',
      ),
    allow: hostNames.describe('More hosts that Kometa may reach. A name that begins with a dot covers all below it'),
    deny: hostNames.describe('Hosts that Kometa may not reach; takes precedence over `allow`'),
  }),
)
export type GateSettings = z.infer<typeof gateSchema>

/** The `preview:` section of preview.yml. */
export const previewSectionSchema = z.object({
  mode: z.literal('write_blocked').default('write_blocked').describe('The only mode: writes to Plex are blocked'),
  config: z
    .string()
    .optional()
    .describe(
      'The path of the config.yml of your Kometa, which provides everything that preview.yml does not have. Without it: `libraries` in preview.yml itself, or a config.yml beside it',
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
      'The folder in which your Kometa is started; relative paths in the config start there. Without it: the folder above a config folder that is named `config`, else the folder of the config',
    ),
  plex_fingerprint: z
    .union([z.string(), z.record(z.string(), z.string())])
    .optional()
    .describe(
      'SHA-256 fingerprint of the self-signed certificate of Plex: only this certificate is trusted. For several servers, a map from plex.url to fingerprint',
    ),
  scope: z
    .preprocess((value) => (value === true ? 'on' : value === false ? 'off' : value), z.enum(['on', 'off']))
    .default('on')
    .describe(
      'on: Kometa sees the targets and the items above them; off: Kometa sees the whole library, however long that takes',
    ),
  gate: gateSchema
    .default({ mode: 'open', allow: [], deny: [] })
    .describe('The hosts other than Plex that Kometa may reach'),
  expose_token: z
    .boolean()
    .default(false)
    .describe(
      'true: Kometa gets your real Plex token, for overlays that need plex.tv (`plex_watchlist`). Writes to your server are still blocked',
    ),
  timeouts: timeoutsSchema.prefault({}).describe('How long to wait for slow and dead peers'),
  targets: z
    .array(previewTargetSchema)
    .describe('The items to preview, one entry each; may be empty when --target names them'),
})
export type PreviewSection = z.infer<typeof previewSectionSchema>
