import type { RouteReply } from '../../src/contract/api/api.ts'
import { createStore } from '../core/store.ts'

/** What the last check-up found, and for which connection. The window forgets it when it closes. */
export const doctorReport = createStore<{
  connectionId: string
  /** Milliseconds since 1970. */
  at: number
  report: RouteReply<'getDoctor'>
} | null>(null)
