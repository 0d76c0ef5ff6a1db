import { readdirSync } from 'node:fs'

/** Files and sockets that this process has open; null where the system does not tell. */
export function openDescriptors(pid: number | 'self' = 'self'): number | null {
  if (process.platform !== 'linux') return null
  return readdirSync(`/proc/${pid}/fd`).length
}
