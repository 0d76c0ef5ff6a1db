import type { RouteReply } from '../../src/contract/api/api.ts'
import { createStore } from '../core/store.ts'

/** What the last check-up found, and of which connection. It lives as long as the window. */
export const doctorReport = createStore<{
  connectionId: string
  /** Milliseconds since 1970. */
  at: number
  report: RouteReply<'getDoctor'>
} | null>(null)
