import { z } from 'zod'

/** A way for a program to reach Plex, the real token or the files of the user, and whether it was closed to Kometa. */
export const wayOutSchema = z.object({
  /**
   * clients: programs that follow proxy settings; network: those that do not; sockets: Unix sockets; memory: the memory
   * of other programs.
   */
  way: z.enum(['clients', 'network', 'sockets', 'memory', 'config', 'files']),
  closed: z.boolean(),
  /** In words. */
  words: z.string(),
})
export type WayOut = z.infer<typeof wayOutSchema>
