import { z } from 'zod'

/** What Kometa left out of the user's config, told by its own log. */
export const configFaultSchema = z.object({
  /** The library, by its key in the config. */
  library: z.string(),
  /** A whole file, whole definitions, or a part of one of them. */
  kind: z.enum(['file', 'definition', 'setting']),
  /** Where it stands, as the user knows the file: from the folder that Kometa is started in, or absolute. */
  file: z.string().nullable(),
  line: z.int().positive().nullable(),
  /** The first definitions that it concerns. */
  definitions: z.array(z.string()),
  /** How many there are. */
  count: z.int().nonnegative(),
  /** Kometa's own words. */
  words: z.string(),
})
export type ConfigFault = z.infer<typeof configFaultSchema>

/**
 * Searches of the user's own definitions for what Plex does not have: a collection, a label. Nothing is wrong with the
 * file.
 */
export const emptySearchSchema = configFaultSchema.omit({ kind: true })
export type EmptySearch = z.infer<typeof emptySearchSchema>

const names = ({ definitions, count }: Pick<ConfigFault, 'definitions' | 'count'>): string => {
  if (definitions.length === 0) return ''
  const more = count - definitions.length
  return `${definitions.map((name) => `"${name}"`).join(', ')}${more > 0 ? ` and ${more} more` : ''}: `
}

/** `config/o.yml, line 12 (Movies): "bad_color": Overlay Error: ...`, the same on every surface. */
export function faultWords(fault: ConfigFault | EmptySearch): string {
  const { library, file, line, words } = fault
  const place = file === null ? library : `${file}${line === null ? '' : `, line ${line}`} (${library})`
  return `${place}: ${names(fault)}${words}`
}
