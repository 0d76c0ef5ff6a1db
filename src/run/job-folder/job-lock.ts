import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../contract/errors.ts'
import { type Beneath, isUnsafePath } from '../../util/beneath/beneath.ts'
import { livenessOf, ownIdentity, type ProcessIdentity } from '../../util/process-identity.ts'
import { hasErrorCode } from '../../util/unknown-error.ts'

/** The folder of claims inside a job folder; it is gone when nobody runs there. */
export const lockFolderName = '.lock'
/** How often an owner touches its claim. */
const heartbeatMs = 5_000
/** A claim whose owner cannot be asked (another host or container, Windows) counts as dead when it was not touched for so long. */
export const deadAfterMs = 30_000
/** How long a claim that seems dead is watched: within this a living owner touches it. */
const watchMs = 1.5 * heartbeatMs
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
export async function acquireJobLock(job: Beneath): Promise<AsyncDisposable> {
  const me: Claim = {
    ...(await ownIdentity()),
    nonce: randomBytes(8).toString('hex'),
    name: '',
    held: false,
  }
  me.name = claimName(me)
  await writeClaim(job, me.name)
  try {
    await settle(job, me)
  } catch (error) {
    await leave(job, me)
    throw error
  }
  const heartbeat = setInterval(() => {
    // A claim that someone removed by hand cannot be touched; the run goes on, as it would with any lock file.
    job.touch(claimPath(me.name)).catch(() => undefined)
  }, heartbeatMs)
  heartbeat.unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat)
      await leave(job, me).catch((error: unknown) => {
        // The folder was moved away under the lock, as the studio does to remove a job: nothing of ours is left at its path.
        if (!isUnsafePath(error)) throw error
      })
    },
  }
}

/**
 * Whether somebody runs in a job folder. A run that stands still (SIGSTOP) is no dead one: its process is asked for, and
 * only where it cannot be, its last heartbeat counts.
 */
export async function isJobRunning(job: Beneath): Promise<boolean> {
  for (const claim of claimsIn(job)) {
    const touched = await mtimeMs(job, claim.name)
    const known = await isAliveHere(claim)
    if (known ?? (touched !== null && Math.abs(Date.now() - touched) < deadAfterMs)) return true
  }
  return false
}

function claimsIn(job: Beneath): Claim[] {
  const names = new Set(job.list(lockFolderName).map(({ name }) => name))
  return [...names].flatMap((name) => parseClaim(name, names.has(heldName(name))) ?? [])
}

/** Waits until no other living claim is left, and marks ours as held; gives way to an owner and to a lower nonce. */
async function settle(job: Beneath, me: Claim): Promise<void> {
  const giveUpAt = performance.now() + settleMs
  for (;;) {
    const others = await livingClaims(job, me)
    if (others.length === 0) {
      await writeNew(job, heldName(me.name))
      return
    }
    const ahead = others.find(({ held }) => held) ?? others.find(({ nonce }) => nonce < me.nonce)
    const blocking = ahead ?? (performance.now() > giveUpAt ? others[0] : undefined)
    if (blocking) throw inUse(job.realPath, blocking, me)
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
async function livingClaims(job: Beneath, me: Claim): Promise<Claim[]> {
  const claims = claimsIn(job).filter(({ nonce }) => nonce !== me.nonce)
  const now = await mtimeMs(job, me.name)
  const known = await Promise.all(claims.map((claim) => isLiving(job, claim, now)))
  for (const [at, claim] of claims.entries()) if (!known[at]) await leave(job, claim)
  return claims.filter((_, at) => known[at])
}

/** null where the process cannot be asked. */
async function isAliveHere(claim: Claim): Promise<boolean | null> {
  const liveness = await livenessOf(claim)
  return liveness === 'alive' || liveness === 'dead' ? liveness === 'alive' : null
}

/** `now`: when our own claim was written. By the same file system: its clock, not ours, is compared. */
async function isLiving(job: Beneath, claim: Claim, now: number | null): Promise<boolean> {
  const known = await isAliveHere(claim)
  if (known !== null) return known
  const touched = await mtimeMs(job, claim.name)
  if (touched === null) return false
  if (Math.abs((now ?? Date.now()) - touched) < deadAfterMs) return true
  // Either its heart has stopped, or that clock was set meanwhile: then the next beat shows it.
  await wait(watchMs)
  const later = await mtimeMs(job, claim.name)
  return later !== null && later !== touched
}

async function writeClaim(job: Beneath, name: string): Promise<void> {
  for (let race = 0; ; race += 1) {
    try {
      // The last owner may remove the folder between these two.
      await job.makeFolder(lockFolderName)
      await writeNew(job, name)
      return
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT') || race >= maxFolderRaces) throw error
    }
  }
}

async function writeNew(job: Beneath, name: string): Promise<void> {
  await (await job.open(claimPath(name), 'create')).close()
}

/** Takes a claim away, its mark first, and the folder with it when it was the last. */
async function leave(job: Beneath, claim: Claim): Promise<void> {
  await job.remove(claimPath(heldName(claim.name)))
  await job.remove(claimPath(claim.name))
  try {
    await job.removeFolder(lockFolderName)
  } catch (error) {
    if (!hasErrorCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'EPERM', 'EBUSY')) throw error
  }
}

// The whole claim stands in the file's name, so that no one can ever read half of it.
const claimName = (claim: Claim): string => `claim-${claim.pid}-${claim.start}-${claim.host}-${claim.nonce}`
const claimPath = (name: string): string => `${lockFolderName}/${name}`
const heldName = (name: string): string => `held-${name}`

function parseClaim(name: string, held: boolean): Claim | null {
  const [, pid, start, host, nonce] = /^claim-(\d+)-([0-9a-z]+)-([0-9a-z]+)-([0-9a-f]{16})$/.exec(name) ?? []
  return pid && start && host && nonce ? { name, pid: Number(pid), start, host, nonce, held } : null
}

const mtimeMs = async (job: Beneath, name: string): Promise<number | null> =>
  (await job.look(claimPath(name)))?.mtimeMs ?? null
