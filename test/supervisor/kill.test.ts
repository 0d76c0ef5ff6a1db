import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { chooseIsolation } from '../../src/kometa/isolation/isolation.ts'
import { type JobWorld, run, scriptRenderer, startJobWorld } from '../e2e/job-world.ts'
import { watchTree } from './tree.ts'

/** After this time, no process of Kometa may run any more. */
const goneMs = 5_000
await using isolation = await chooseIsolation('auto', { env: process.env, python: null })
const modes = isolation.mode === 'namespace' ? (['off', 'on'] as const) : (['off'] as const)

let world: JobWorld
let tools: ChildProcess[] = []
beforeEach(async () => {
  world = await startJobWorld()
  tools = []
})
afterEach(async () => {
  for (const tool of tools) tool.kill('SIGKILL')
  await world[Symbol.asyncDispose]()
})

/** Starts the tool as a separate process, with a Kometa that has two more processes. */
async function startTool(isolate: string) {
  const tree = await watchTree(world.dir)
  const main = fileURLToPath(new URL('job-child.ts', import.meta.url))
  const args = ['--import', 'tsx', main, world.configPath, world.jobDir, world.dataDir, isolate, tree.script]
  const tool = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  tools.push(tool)
  const pids = await tree.pids(3)
  return { tool, tree, pids }
}

const workspaces = () => join(world.dataDir, 'workspaces')
const left = () => readdirSync(workspaces()).filter((name) => name.startsWith('workspace-'))

/** The leader of Kometa's group, as the workspace remembers it. */
async function leader(): Promise<number> {
  const files = () => left().map((name) => join(workspaces(), name, 'renderer.json'))
  await expect.poll(() => files().some((file) => existsSync(file) && readFileSync(file).length > 0)).toBe(true)
  const { pid } = JSON.parse(readFileSync(files().find(existsSync) ?? '', 'utf8')) as { pid: number }
  return pid
}

async function killed(process: ChildProcess): Promise<void> {
  const exit = once(process, 'exit')
  process.kill('SIGKILL')
  await exit
}

describe.skipIf(process.platform === 'win32')('kill -9 of the tool', () => {
  test.each(modes)('Kometa and its workers end within 5 s (--isolate %s)', async (isolate) => {
    const { tool, tree, pids } = await startTool(isolate)
    expect(new Set(pids).size).toBe(3)
    const group = await leader()
    await killed(tool)
    const started = performance.now()
    await tree.gone()
    expect(performance.now() - started).toBeLessThan(goneMs)
    // The group is empty: the supervisor, which is killed last, is gone too.
    await expect.poll(() => isGroup(group), { timeout: goneMs, interval: 20 }).toBe(false)
    expect(left()).not.toEqual([])

    const { summary } = await run(world, { specs: ['Nosferatu'], isolate: 'off' })
    expect(summary.status).toBe('success')
    expect(left()).toEqual([])
  })

  test.skipIf(isolation.mode !== 'namespace')(
    'a supervisor that waits for the receipt of a socket ends as well',
    async () => {
      const ports = ['45123', '45124']
      const main = fileURLToPath(new URL('blocked-tool.ts', import.meta.url))
      const tool = spawn(process.execPath, ['--import', 'tsx', main, ...ports], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      tools.push(tool)
      const [line] = await once(createInterface({ input: tool.stdout }), 'line')
      const supervisor = Number(line)
      onTestFinished(() => {
        if (isGroup(supervisor)) process.kill(-supervisor, 'SIGKILL')
      })
      // When the supervisor listens on the second port in its own namespace, it has sent the socket of the first.
      const second = `:${Number(ports[1]).toString(16).toUpperCase()} `
      const hasSent = () => readFileSync(`/proc/${supervisor}/net/tcp`, 'latin1').includes(second)
      await expect.poll(hasSent, { timeout: goneMs, interval: 5 }).toBe(true)
      await killed(tool)
      await expect.poll(() => isGroup(supervisor), { timeout: goneMs, interval: 20 }).toBe(false)
    },
  )

  test('a Kometa whose supervisor was killed with the tool is ended by the next start', async () => {
    const { tool, tree } = await startTool('off')
    const group = await leader()
    // A stopped supervisor can do nothing, like the missing supervisor on Windows.
    process.kill(group, 'SIGSTOP')
    await killed(tool)
    expect(isGroup(group)).toBe(true)
    await run(world, { specs: ['Nosferatu'], isolate: 'off' })
    await tree.gone()
    expect(left()).toEqual([])
  })
})

describe.skipIf(process.platform === 'win32')('the end of a job', () => {
  test.each(modes)('a cancelled job leaves no process after 5 s (--isolate %s)', async (isolate) => {
    const tree = await watchTree(world.dir)
    const cancel = new AbortController()
    const ending = run(world, {
      specs: ['Nosferatu'],
      isolate,
      renderer: scriptRenderer(tree.script),
      signal: cancel.signal,
    })
    await tree.pids(3)
    const started = performance.now()
    cancel.abort()
    await tree.gone()
    expect(performance.now() - started).toBeLessThan(goneMs)
    expect((await ending).summary.status).toBe('cancelled')
  })

  test.each(modes)('exit code, signal and both outputs arrive unchanged (--isolate %s)', async (isolate) => {
    const script = `
      process.stdout.write('o'.repeat(200_000) + '\\n')
      process.stderr.write('e\\rf\\n', () => process.exit(Number(process.env.DEPTH ?? 3)))`
    const { summary } = await run(world, { specs: ['Nosferatu'], isolate, renderer: scriptRenderer(script) })
    expect(summary).toMatchObject({ kometa_exit_code: 3, isolation: { mode: isolate === 'on' ? 'namespace' : 'none' } })
    const log = readFileSync(join(world.jobDir, 'logs', 'kometa-console.log'), 'utf8')
    expect(log.match(/o/g)).toHaveLength(200_000)
    // On a terminal, a carriage return would hide the text before it.
    expect(log).toContain('e\nf\n')
    const dies = await run(world, {
      specs: ['Nosferatu'],
      isolate,
      renderer: scriptRenderer("process.kill(process.pid, 'SIGSEGV')"),
    })
    expect(dies.summary.kometa_exit_code).toBeNull()
    expect(dies.summary.problems.join('\n')).toContain('signal SIGSEGV')
  })

  test.each(modes)('a missing program is reported in words (--isolate %s)', async (isolate) => {
    const renderer = { ...scriptRenderer(''), command: join(world.dir, 'no-such-python') }
    const { summary } = await run(world, { specs: ['Nosferatu'], isolate, renderer })
    expect(summary.problems.join('\n')).toMatch(/could not be started.*ENOENT/)
  })
})

/** Whether any process of a group lives. */
function isGroup(pgid: number): boolean {
  try {
    process.kill(-pgid, 0)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}
