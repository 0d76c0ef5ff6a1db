import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeStaleWorkspaces, writeOwner, writeRenderer } from '../../src/config/workspace/stale-workspaces.ts'
import { endLeftover, rememberKometa } from '../../src/run/job-folder/leftover.ts'
import { identityOf, ownIdentity, type ProcessIdentity } from '../../src/util/process-identity.ts'
import { isAlive } from '../support/process-tree.ts'

/** A start ends a Kometa whose tool died. On Windows this is the only way; elsewhere it is for a killed supervisor. */
let parent = ''
const running: ChildProcess[] = []
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'leftover-'))
})
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
  rmSync(parent, { recursive: true, force: true })
})

/** A Kometa with a child, started as the tool starts it: as the leader of a process group. */
async function startKometa(): Promise<{ pid: number; inner: number }> {
  const script = `const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log(c.pid); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  running.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { pid: child.pid ?? 0, inner: Number(line.toString()) }
}

async function deadIdentity(): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  const identity = await identityOf(child.pid ?? 0)
  child.stdin.end()
  await once(child, 'exit')
  if (identity === null) throw new Error('the process was gone too soon')
  return identity
}

async function workspace(owner: ProcessIdentity): Promise<string> {
  const dir = join(parent, 'workspace-left')
  mkdirSync(dir, { recursive: true })
  await writeOwner(dir, owner, false)
  return dir
}

const clean = () => removeStaleWorkspaces(parent, endLeftover)
const gone = async (...pids: number[]) => {
  while (pids.some(isAlive)) await new Promise((resolve) => setImmediate(resolve))
}

test('if only the tool is dead, its Kometa is ended with its whole group, and the workspace is removed', async () => {
  const { pid, inner } = await startKometa()
  const dir = await workspace(await deadIdentity())
  await rememberKometa(dir, pid)
  expect(await clean()).toEqual(['workspace-left'])
  await gone(pid, inner)
  expect(existsSync(dir)).toBe(false)
})

test('if the tool lives, neither its workspace nor its Kometa is touched', async () => {
  const { pid, inner } = await startKometa()
  const dir = await workspace(await ownIdentity())
  await rememberKometa(dir, pid)
  expect(await clean()).toEqual([])
  expect([existsSync(dir), isAlive(pid), isAlive(inner)]).toEqual([true, true, true])
})

test.each<[string, (identity: ProcessIdentity) => ProcessIdentity]>([
  ['started at another time: the number was given again', (identity) => ({ ...identity, start: 'another0time' })],
  ['on another host', (identity) => ({ ...identity, host: 'another0host' })],
  ['of unknown start', (identity) => ({ ...identity, start: 'unknown' })],
])('a process with the same number, but %s, is not ended', async (_name, change) => {
  const { pid, inner } = await startKometa()
  const identity = await identityOf(pid)
  if (identity === null) throw new Error('it is gone')
  const dir = await workspace(await deadIdentity())
  await writeRenderer(dir, change(identity))
  expect(await clean()).toEqual(['workspace-left'])
  expect([isAlive(pid), isAlive(inner)]).toEqual([true, true])
})
