import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../contract/errors.ts'
import { type Beneath, isUnsafePath } from '../../util/beneath/beneath.ts'
import { livenessOf, ownIdentity, type ProcessIdentity } from '../../util/process-identity.ts'
import { hasErrorCode } from '../../util/unknown-error.ts'

/** The folder of claims inside a job folder. It is gone when no run has the job. */
export const lockFolderName = '.lock'
/** How often an owner touches its claim. */
const heartbeatMs = 5_000
/**
 * A claim whose owner cannot be asked (another host or container, Windows) counts as dead if it was not touched for
 * this time.
 */
export const deadAfterMs = 30_000
/** How long a claim that seems dead is watched: a living owner touches it within this time. */
const watchMs = 1.5 * heartbeatMs
/** If two runs start at the same instant, the first in line looks this often whether the other gave way. */
const lookAgainMs = 20
/** How long the first in line waits for the others to give way. */
const settleMs = 5_000
/** How often a claim is written again because a leaving owner removed the folder meanwhile. */
const maxFolderRaces = 20

interface Claim extends ProcessIdentity {
  name: string
  nonce: string
  /** True once its owner has seen that no other run has the job. */
  held: boolean
}

/**
 * Takes a job folder, which must exist, for this run; disposing gives it back. Throws JOB_IN_USE, with the pid, if
 * another run has it. A dead owner's claim is removed: its process is gone, its pid is another process, or its
 * heartbeat stopped.
 *
 * Each run writes a claim of its own and then looks at all claims. A run that sees an owner gives way; of several runs
 * that start at once, the one with the lowest nonce stays. Each run writes its claim before it looks, so two runs can
 * never both stay. A run removes no claim of another run but that of a dead process, whose name is never used again.
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
    // A claim that somebody removed by hand cannot be touched. The run goes on, as it would with any lock file.
    job.touch(claimPath(me.name)).catch(() => undefined)
  }, heartbeatMs)
  heartbeat.unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat)
      await leave(job, me).catch((error: unknown) => {
        // The studio moves a job's folder away to remove it: then nothing of ours is left at its path.
        if (!isUnsafePath(error)) throw error
      })
    },
  }
}

/**
 * Whether a run has this job folder. A run that is stopped (SIGSTOP) is not dead, so its process is looked up; the last
 * heartbeat counts only if the process cannot be looked up.
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

/** Waits until no other living claim is left, then marks ours as held. Gives way to an owner and to a lower nonce. */
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

/** The claims of other living owners. Those of dead owners are removed. */
async function livingClaims(job: Beneath, me: Claim): Promise<Claim[]> {
  const claims = claimsIn(job).filter(({ nonce }) => nonce !== me.nonce)
  const now = await mtimeMs(job, me.name)
  const known = await Promise.all(claims.map((claim) => isLiving(job, claim, now)))
  for (const [at, claim] of claims.entries()) if (!known[at]) await leave(job, claim)
  return claims.filter((_, at) => known[at])
}

/** null if the process cannot be looked up. */
async function isAliveHere(claim: Claim): Promise<boolean | null> {
  const liveness = await livenessOf(claim)
  return liveness === 'alive' || liveness === 'dead' ? liveness === 'alive' : null
}

/** `now` is when our own claim was written: both times come from the clock of the same file system. */
async function isLiving(job: Beneath, claim: Claim, now: number | null): Promise<boolean> {
  const known = await isAliveHere(claim)
  if (known !== null) return known
  const touched = await mtimeMs(job, claim.name)
  if (touched === null) return false
  if (Math.abs((now ?? Date.now()) - touched) < deadAfterMs) return true
  // Either the heartbeat has stopped, or that clock was set: in the second case the next beat shows it.
  await wait(watchMs)
  const later = await mtimeMs(job, claim.name)
  return later !== null && later !== touched
}

async function writeClaim(job: Beneath, name: string): Promise<void> {
  for (let race = 0; ; race += 1) {
    try {
      // The last owner may remove the folder between these two steps.
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

/** Removes a claim, its mark first, and the folder as well if it was the last claim. */
async function leave(job: Beneath, claim: Claim): Promise<void> {
  await job.remove(claimPath(heldName(claim.name)))
  await job.remove(claimPath(claim.name))
  try {
    await job.removeFolder(lockFolderName)
  } catch (error) {
    if (!hasErrorCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'EPERM', 'EBUSY')) throw error
  }
}

// The whole claim is in the file's name, so that nobody can ever read half of it.
const claimName = (claim: Claim): string => `claim-${claim.pid}-${claim.start}-${claim.host}-${claim.nonce}`
const claimPath = (name: string): string => `${lockFolderName}/${name}`
const heldName = (name: string): string => `held-${name}`

function parseClaim(name: string, held: boolean): Claim | null {
  const [, pid, start, host, nonce] = /^claim-(\d+)-([0-9a-z]+)-([0-9a-z]+)-([0-9a-f]{16})$/.exec(name) ?? []
  return pid && start && host && nonce ? { name, pid: Number(pid), start, host, nonce, held } : null
}

const mtimeMs = async (job: Beneath, name: string): Promise<number | null> =>
  (await job.look(claimPath(name)))?.mtimeMs ?? null
