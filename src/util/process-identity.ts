import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { z } from 'zod'
import { hasErrorCode } from './unknown-error.ts'

/** The time limit for `ps`. */
const psTimeoutMs = 5_000
/** The time limit for PowerShell, whose first start takes seconds. */
const powershellTimeoutMs = 20_000

/**
 * Tells one process from all others: a pid alone means something only on its host, and only while the process lives.
 */
export const processIdentitySchema = z.object({
  pid: z.int(),
  /** Hash of the start time of the process; `unknown` if the system does not tell. */
  start: z.string(),
  /** Hash of the host and, on Linux, the pid namespace: pid 7 of another container is another process. */
  host: z.string(),
})
export type ProcessIdentity = z.infer<typeof processIdentitySchema>

/**
 * `elsewhere`: the process belongs to another host or container. `unsure`: the system does not tell when the process
 * with this pid started.
 */
export type Liveness = 'alive' | 'dead' | 'unsure' | 'elsewhere'

const unknownStart = 'unknown'

/** The identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, start: (await startOf(process.pid)) ?? unknownStart, host: await hostOf() }
}

/** The identity of another process, exact on every system; null if there is no such process. */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  const start = await exactStartOf(pid)
  return start === null ? null : { pid, start, host: await hostOf() }
}

/** True only if this exact process certainly still lives. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.start === unknownStart || identity.host !== (await hostOf()) || !exists(identity.pid)) return false
  return (await exactStartOf(identity.pid)) === identity.start
}

/** Tells whether the process with this identity still lives. */
export async function livenessOf(identity: ProcessIdentity): Promise<Liveness> {
  if (identity.host !== (await hostOf())) return 'elsewhere'
  if (!exists(identity.pid)) return 'dead'
  const start = await startOf(identity.pid)
  if (start === null) return 'dead'
  if (start === unknownStart || identity.start === unknownStart) return 'unsure'
  return start === identity.start ? 'alive' : 'dead'
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM means that the process lives and belongs to another user.
    return hasErrorCode(error, 'EPERM')
  }
}

/** The start time on every system. On Windows this takes half a second, so `startOf` skips it there. */
function exactStartOf(pid: number): Promise<string | null> {
  return process.platform === 'win32' ? windowsStart(pid) : startOf(pid)
}

/** Hash of the start time; null if there is no such living process. */
async function startOf(pid: number): Promise<string | null> {
  if (process.platform === 'win32') return unknownStart
  return process.platform === 'linux' ? linuxStart(pid) : psStart(pid)
}

async function linuxStart(pid: number): Promise<string | null> {
  let stat: string
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'latin1')
  } catch (error) {
    if (isGone(error)) return exists(pid) ? unknownStart : null
    throw error
  }
  // The name of the program is in brackets and may itself contain brackets, so the fields are counted from the last
  // bracket. Field 3 is the state, field 22 the start time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  // A killed process stays a zombie until its parent collects it; it holds no file or lock.
  if (state === 'Z' || state === 'X') return null
  const ticks = fields[19]
  return ticks ? shortHash(ticks) : unknownStart
}

function psStart(pid: number): Promise<string | null> {
  const env = { PATH: process.env.PATH ?? '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' }
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env, timeout: psTimeoutMs }, (error, stdout) => {
      const [, state = '', start] = /^\s*(\S+)\s+(\S.*\S)\s*$/.exec(stdout) ?? []
      if (state.startsWith('Z')) resolve(null)
      else if (start) resolve(shortHash(start))
      else resolve(error && exists(pid) ? unknownStart : null)
    })
  })
}

function windowsStart(pid: number): Promise<string | null> {
  const command = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`
  const args = ['-NoProfile', '-NonInteractive', '-Command', command]
  return new Promise((resolve) => {
    execFile('powershell', args, { timeout: powershellTimeoutMs, windowsHide: true }, (error, stdout) => {
      const [ticks] = /^\d+/.exec(stdout.trim()) ?? []
      if (ticks) resolve(shortHash(ticks))
      else resolve(error && exists(pid) ? unknownStart : null)
    })
  })
}

async function hostOf(): Promise<string> {
  return shortHash(`${hostname()}\n${await pidNamespace()}`)
}

async function pidNamespace(): Promise<string> {
  if (process.platform !== 'linux') return ''
  try {
    return await readlink('/proc/self/ns/pid')
  } catch (error) {
    if (isGone(error)) return ''
    throw error
  }
}

const isGone = (error: unknown): boolean => hasErrorCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)
