import { readdirSync } from 'node:fs'

/** The number of open files and sockets of this process; null if the system does not tell. */
export function openDescriptors(pid: number | 'self' = 'self'): number | null {
  if (process.platform !== 'linux') return null
  return readdirSync(`/proc/${pid}/fd`).length
}
