import { z } from 'zod'

/** Something that Kometa left out of the config of the user, according to its own log. */
export const configFaultSchema = z.object({
  /** The library, by its key in the config. */
  library: z.string(),
  /** A whole file, whole definitions, or a part of a definition. */
  kind: z.enum(['file', 'definition', 'setting']),
  /** The file as the user knows it: relative to the folder in which Kometa is started, or absolute. */
  file: z.string().nullable(),
  line: z.int().positive().nullable(),
  /** The first definitions that are affected. */
  definitions: z.array(z.string()),
  /** How many definitions are affected. */
  count: z.int().nonnegative(),
  /** Kometa's own words. */
  words: z.string(),
})
export type ConfigFault = z.infer<typeof configFaultSchema>

/**
 * Searches in the user's own definitions for something that Plex does not have: a collection, a label. The file itself
 * is fine.
 */
export const emptySearchSchema = configFaultSchema.omit({ kind: true })
export type EmptySearch = z.infer<typeof emptySearchSchema>

const names = ({ definitions, count }: Pick<ConfigFault, 'definitions' | 'count'>): string => {
  if (definitions.length === 0) return ''
  const more = count - definitions.length
  return `${definitions.map((name) => `"${name}"`).join(', ')}${more > 0 ? ` and ${more} more` : ''}: `
}

/** Returns `config/o.yml, line 12 (Movies): "bad_color": Overlay Error: ...`, the same wherever faults are shown. */
export function faultWords(fault: ConfigFault | EmptySearch): string {
  const { library, file, line, words } = fault
  const place = file === null ? library : `${file}${line === null ? '' : `, line ${line}`} (${library})`
  return `${place}: ${names(fault)}${words}`
}
