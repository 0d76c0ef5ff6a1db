import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../src/contract/errors.ts'
import { acquireJobLock, deadAfterMs, lockFolderName } from '../../src/run/job-folder/job-lock.ts'
import { describeUnfinished } from '../../src/server/jobs/store/adopt-job.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { ownIdentity } from '../../src/util/process-identity.ts'

let folder: string
let children: ChildProcess[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
  children = []
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

interface Run {
  pid: number
  /** Sends a command and gives the line that answers it. */
  ask(command: 'take' | 'leave'): Promise<string>
  kill(): Promise<void>
}

/** Starts a run in a process of its own, ready to take the lock. */
async function startRun(): Promise<Run> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('lock-child.ts', import.meta.url)), folder],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  children.push(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => String((await lines.next()).value)
  expect(await line()).toBe('ready')
  return {
    pid: child.pid ?? 0,
    ask(command) {
      child.stdin.write(`${command}\n`)
      return line()
    },
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

const claimOf = (pid: number | string, start: string, host: string): string =>
  `claim-${pid}-${start}-${host}-0123456789abcdef`

describe('one run at a time', () => {
  test('a second run in the folder is refused, and the message names the first one', async () => {
    const first = await startRun()
    expect(await first.ask('take')).toBe('held')
    await expect(acquireJobLock(openBeneath(folder))).rejects.toMatchObject({
      code: 'JOB_IN_USE',
      exitCode: 2,
      message: expect.stringContaining(`(pid ${first.pid})`),
    })
    expect(await first.ask('leave')).toBe('left')
    expect(await readdir(folder)).toEqual([])
    await using _lock = await acquireJobLock(openBeneath(folder))
    const second = await startRun()
    expect(await second.ask('take')).toBe(
      `JOB_IN_USE the job folder ${folder} is in use by another run (pid ${process.pid})`,
    )
  })

  test('two runs of one process, as in the studio', async () => {
    const lock = await acquireJobLock(openBeneath(folder))
    await expect(acquireJobLock(openBeneath(folder))).rejects.toMatchObject({ code: 'JOB_IN_USE' })
    await lock[Symbol.asyncDispose]()
    await (await acquireJobLock(openBeneath(folder)))[Symbol.asyncDispose]()
    expect(await readdir(folder)).toEqual([])
  })

  test('if many runs start at the same instant, exactly one gets the folder, again and again', async () => {
    for (let round = 0; round < 10; round += 1) {
      const results = await Promise.allSettled(Array.from({ length: 12 }, () => acquireJobLock(openBeneath(folder))))
      const held = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
      expect(held).toHaveLength(1)
      for (const reason of refused) expect(reason).toMatchObject({ code: 'JOB_IN_USE' })
      await held[0]?.[Symbol.asyncDispose]()
      expect(await readdir(folder)).toEqual([])
    }
  })

  test('of runs that come and go all the time, one has the folder and the others are refused', async () => {
    let holders = 0
    let most = 0
    const comeAndGo = async (): Promise<void> => {
      for (let attempt = 0; attempt < 60; attempt += 1) {
        const lock = await acquireJobLock(openBeneath(folder)).catch((error: unknown) => {
          if (error instanceof AppError && error.code === 'JOB_IN_USE') return null
          throw error
        })
        if (!lock) continue
        holders += 1
        most = Math.max(most, holders)
        await readdir(folder)
        holders -= 1
        await lock[Symbol.asyncDispose]()
      }
    }
    await Promise.all(Array.from({ length: 6 }, comeAndGo))
    expect(most).toBe(1)
    expect(await readdir(folder)).toEqual([])
  })

  test('if several processes take over from a dead owner at once, exactly one gets the folder', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, startRun))
    for (let round = 0; round < 5; round += 1) {
      const dead = spawn(process.execPath, ['-e', ''])
      await once(dead, 'exit')
      await plant(claimOf(dead.pid ?? 0, 'unknown', (await ownIdentity()).host), true)
      const answers = await Promise.all(runs.map((run) => run.ask('take')))
      expect(answers.filter((answer) => answer === 'held')).toHaveLength(1)
      expect(answers.filter((answer) => answer.startsWith('JOB_IN_USE'))).toHaveLength(runs.length - 1)
      expect(await runs[answers.indexOf('held')]?.ask('leave')).toBe('left')
    }
    expect(await readdir(folder)).toEqual([])
  })
})

describe('what the studio says about a job of the command line without a summary', () => {
  const status = async () => {
    await mkdir(join(folder, 'logs'), { recursive: true })
    return (await describeUnfinished('job', openBeneath(folder), null))?.status
  }

  test('a stopped run, whose heartbeat has stopped as well, still runs', async () => {
    const run = await startRun()
    expect(await run.ask('take')).toBe('held')
    process.kill(run.pid, 'SIGSTOP')
    const longAgo = new Date(Date.now() - 100 * deadAfterMs)
    for (const name of await readdir(join(folder, lockFolderName))) {
      await utimes(join(folder, lockFolderName, name), longAgo, longAgo)
    }
    // Windows cannot tell, so the heartbeat counts.
    expect(await status()).toBe(process.platform === 'win32' ? 'interrupted' : 'running')
    await run.kill()
    expect(await status()).toBe('interrupted')
  })

  test('nobody runs there', async () => {
    expect(await status()).toBe('interrupted')
    await mkdir(join(folder, lockFolderName))
    expect(await status()).toBe('interrupted')
  })
})

describe('a dead owner', () => {
  test('killed with kill -9: the next run takes over at once', async () => {
    const first = await startRun()
    expect(await first.ask('take')).toBe('held')
    await first.kill()
    expect(await readdir(join(folder, lockFolderName))).toHaveLength(2)
    await using _lock = await acquireJobLock(openBeneath(folder))
    expect((await readdir(join(folder, lockFolderName))).every((name) => name.includes(`-${process.pid}-`))).toBe(true)
  })

  test('its pid is another process now', async () => {
    const { host, start } = await ownIdentity()
    if (start === 'unknown') return expect(process.platform).toBe('win32')
    await plant(claimOf(process.pid, 'abc123', host), true)
    await using _lock = await acquireJobLock(openBeneath(folder))
    expect(await readdir(join(folder, lockFolderName))).toHaveLength(2)
  })

  test('if its pid is still the same process, it stays the owner, however long it is silent', async () => {
    const { host, start } = await ownIdentity()
    await plant(claimOf(process.pid, start, host), true, start === 'unknown' ? 0 : 10 * deadAfterMs)
    await expect(acquireJobLock(openBeneath(folder))).rejects.toMatchObject({ code: 'JOB_IN_USE' })
  })

  test('on another host or in another container, it counts as alive until its heartbeat stops', async () => {
    const claim = claimOf(1, 'abc123', '00ff00ff00ff')
    await plant(claim, true)
    await expect(acquireJobLock(openBeneath(folder))).rejects.toMatchObject({
      code: 'JOB_IN_USE',
      message: expect.stringContaining('(pid 1 on another host or in another container)'),
    })
    await plant(claim, true, 2 * deadAfterMs)
    await (await acquireJobLock(openBeneath(folder)))[Symbol.asyncDispose]()
    expect(await readdir(folder)).toEqual([])
  })

  test('on another host, after a clock was set, it is watched, and a heartbeat shows that it lives', async () => {
    const [living, dead] = [claimOf(1, 'abc123', '00ff00ff00ff'), claimOf(2, 'abc123', '00ff00ff00ff')]
    await plant(living, true, 1_000 * deadAfterMs)
    await plant(dead, true, -1_000 * deadAfterMs)
    const taking = acquireJobLock(openBeneath(folder))
    await expect.poll(() => readdir(join(folder, lockFolderName))).toHaveLength(5)
    await utimes(join(folder, lockFolderName, living), new Date(), new Date())
    await expect(taking).rejects.toMatchObject({ code: 'JOB_IN_USE', message: expect.stringContaining('(pid 1 ') })
    // Nothing of the dead owner is left.
    expect((await readdir(join(folder, lockFolderName))).sort()).toEqual([living, `held-${living}`])
  })

  test('it died between its claim and its mark', async () => {
    const { host } = await ownIdentity()
    const dead = spawn(process.execPath, ['-e', ''])
    await once(dead, 'exit')
    await plant(claimOf(dead.pid ?? 0, 'abc123', host), false)
    await (await acquireJobLock(openBeneath(folder)))[Symbol.asyncDispose]()
    expect(await readdir(folder)).toEqual([])
  })

  test('files that are no claims are left alone', async () => {
    await mkdir(join(folder, lockFolderName))
    await writeFile(join(folder, lockFolderName, 'notes.txt'), '')
    await (await acquireJobLock(openBeneath(folder)))[Symbol.asyncDispose]()
    expect(await readdir(join(folder, lockFolderName))).toEqual(['notes.txt'])
  })
})

async function plant(claim: string, held: boolean, silentMs = 0): Promise<void> {
  const lock = join(folder, lockFolderName)
  await mkdir(lock, { recursive: true })
  for (const name of held ? [claim, `held-${claim}`] : [claim]) {
    await writeFile(join(lock, name), '')
    const touched = new Date(Date.now() - silentMs)
    await utimes(join(lock, name), touched, touched)
  }
}
