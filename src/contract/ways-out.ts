import { z } from 'zod'

/** A way that a program has to Plex, to the real token or to the user's files, and whether it was closed to Kometa. */
export const wayOutSchema = z.object({
  /** clients: what heeds proxy settings; network: what does not; sockets: Unix sockets; memory: of other programs. */
  way: z.enum(['clients', 'network', 'sockets', 'memory', 'config', 'files']),
  closed: z.boolean(),
  /** In words. */
  words: z.string(),
})
export type WayOut = z.infer<typeof wayOutSchema>
