import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rm, rmdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../contract/errors.ts'
import { livenessOf, ownIdentity, type ProcessIdentity } from './process-identity.ts'

/** The folder of claims inside a job folder; it is gone when nobody runs there. */
export const lockFolderName = '.lock'
/** How often an owner touches its claim. */
const heartbeatMs = 5_000
/** A claim whose owner cannot be asked (another host or container, Windows) counts as dead when it was not touched for so long. */
export const deadAfterMs = 30_000
/** Between two starters at the same instant: how often the first in line looks whether the others gave way. */
const lookAgainMs = 20
/** How long the first in line waits for that. */
const settleMs = 5_000
/** How often a claim is written anew because a leaving owner removed the folder under it. */
const maxFolderRaces = 20

interface Claim extends ProcessIdentity {
  name: string
  nonce: string
  /** True once its owner has seen that nobody else has the job. */
  held: boolean
}

/**
 * Takes a job folder, which must exist, for this run; disposing gives it back. JOB_IN_USE, naming the pid, when another
 * run has it. What a dead owner left is removed: pid gone, pid now another process, or its heartbeat stopped.
 *
 * Each starter writes a claim of its own, then looks at all claims. Whoever sees an owner gives way, of several
 * starters the one with the lowest nonce stays: since a claim stands before its owner looks, two can never both stay.
 * Nothing but a dead process's claim, whose name is never used again, is ever removed by another.
 */
export async function acquireJobLock(jobFolder: string): Promise<AsyncDisposable> {
  const folder = join(jobFolder, lockFolderName)
  const me: Claim = {
    ...(await ownIdentity()),
    nonce: randomBytes(8).toString('hex'),
    name: '',
    held: false,
  }
  me.name = claimName(me)
  await writeClaim(folder, me.name)
  try {
    await settle(folder, me, jobFolder)
  } catch (error) {
    await leave(folder, me)
    throw error
  }
  const heartbeat = setInterval(() => {
    const now = new Date()
    // A claim that someone removed by hand cannot be touched; the run goes on, as it would with any lock file.
    utimes(join(folder, me.name), now, now).catch(() => undefined)
  }, heartbeatMs)
  heartbeat.unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat)
      await leave(folder, me)
    },
  }
}

/** Waits until no other living claim is left, and marks ours as held; gives way to an owner and to a lower nonce. */
async function settle(folder: string, me: Claim, jobFolder: string): Promise<void> {
  const giveUpAt = performance.now() + settleMs
  for (;;) {
    const others = await livingClaims(folder, me)
    if (others.length === 0) {
      await writeNew(join(folder, heldName(me.name)))
      return
    }
    const ahead = others.find(({ held }) => held) ?? others.find(({ nonce }) => nonce < me.nonce)
    const blocking = ahead ?? (performance.now() > giveUpAt ? others[0] : undefined)
    if (blocking) throw inUse(jobFolder, blocking, me)
    await wait(lookAgainMs)
  }
}

function inUse(jobFolder: string, owner: Claim, me: Claim): AppError {
  const where = owner.host === me.host ? '' : ' on another host or in another container'
  return new AppError('JOB_IN_USE', `the job folder ${jobFolder} is in use by another run (pid ${owner.pid}${where})`, {
    hint:
      owner.host === me.host
        ? 'Wait for it to end, or use another folder with --out.'
        : `Wait for it to end; if it died, try again in ${deadAfterMs / 1000} s.`,
  })
}

/** The claims of other living owners; what dead ones left is removed. */
async function livingClaims(folder: string, me: Claim): Promise<Claim[]> {
  const names = new Set(await readdir(folder))
  const claims = [...names].flatMap((name) => parseClaim(name, names.has(heldName(name))) ?? [])
  const now = await mtimeMs(join(folder, me.name))
  const living: Claim[] = []
  for (const claim of claims) {
    if (claim.nonce === me.nonce) continue
    if (await isLiving(folder, claim, now)) living.push(claim)
    else await leave(folder, claim)
  }
  return living
}

async function isLiving(folder: string, claim: Claim, now: number | null): Promise<boolean> {
  const liveness = await livenessOf(claim)
  if (liveness === 'alive' || liveness === 'dead') return liveness === 'alive'
  const touched = await mtimeMs(join(folder, claim.name))
  if (touched === null) return false
  // Our own claim was written a moment ago by the same file system: its clock, not ours, is compared.
  return (now ?? Date.now()) - touched < deadAfterMs
}

async function writeClaim(folder: string, name: string): Promise<void> {
  for (let race = 0; ; race += 1) {
    try {
      // Node's recursive mkdir fails too when the folder goes between its own steps.
      await mkdir(folder, { recursive: true })
      await writeNew(join(folder, name))
      return
    } catch (error) {
      if (!hasCode(error, 'ENOENT') || race >= maxFolderRaces) throw error
    }
  }
}

async function writeNew(path: string): Promise<void> {
  await (await open(path, 'wx')).close()
}

/** Takes a claim away, its mark first, and the folder with it when it was the last. */
async function leave(folder: string, claim: Claim): Promise<void> {
  await rm(join(folder, heldName(claim.name)), { force: true })
  await rm(join(folder, claim.name), { force: true })
  try {
    await rmdir(folder)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EPERM', 'EBUSY'].some((code) => hasCode(error, code))) throw error
  }
}

// The whole claim stands in the file's name, so that no one can ever read half of it.
const claimName = (claim: Claim): string => `claim-${claim.pid}-${claim.start}-${claim.host}-${claim.nonce}`
const heldName = (name: string): string => `held-${name}`

function parseClaim(name: string, held: boolean): Claim | null {
  const [, pid, start, host, nonce] = /^claim-(\d+)-([0-9a-z]+)-([0-9a-z]+)-([0-9a-f]{16})$/.exec(name) ?? []
  return pid && start && host && nonce ? { name, pid: Number(pid), start, host, nonce, held } : null
}

async function mtimeMs(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
