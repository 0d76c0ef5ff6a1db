import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'

/** How long `ps` may take. */
const psTimeoutMs = 5_000
/** How long PowerShell may take; its first start takes seconds. */
const powershellTimeoutMs = 20_000

/** What tells a process from any other: its pid means something only on its host, and only while it lives. */
export interface ProcessIdentity {
  pid: number
  /** Hash of the process's start time; `unknown` where the system does not tell it. */
  start: string
  /** Hash of host and, on Linux, pid namespace: pid 7 of another container is another process. */
  host: string
}

const unknownStart = 'unknown'

/** The identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, start: (await startOf(process.pid)) ?? unknownStart, host: await hostOf() }
}

/** The identity of another process, exact on every system; null when there is no such process. */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  const start = await exactStartOf(pid)
  return start === null ? null : { pid, start, host: await hostOf() }
}

/** True only when it is certain that this very process still lives. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.start === unknownStart || identity.host !== (await hostOf()) || !exists(identity.pid)) return false
  return (await exactStartOf(identity.pid)) === identity.start
}

/**
 * Whether the process that once had this identity still lives. `elsewhere` = it is of another host or container and
 * cannot be asked; `unsure` = a process with this pid lives but the system does not say when it started.
 */
export async function livenessOf(identity: ProcessIdentity): Promise<'alive' | 'dead' | 'unsure' | 'elsewhere'> {
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
    // EPERM: it lives and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** As `startOf`, on Windows too, where asking takes half a second. */
function exactStartOf(pid: number): Promise<string | null> {
  return process.platform === 'win32' ? windowsStart(pid) : startOf(pid)
}

/** Hash of the start time; null = there is no such living process. */
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
  // The name in brackets may hold blanks and brackets: count fields from the last bracket on. State is field 3, start time 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  // A killed process stays as a zombie until its parent asks for it: it holds nothing any more.
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

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(String(error.code))

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)
