import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { explainStop } from '../../src/kometa/log/outcome/explain-stop.ts'
import type { KometaEvent } from '../../src/kometa/log/read/log-events.ts'
import { type KometaOptions, startKometa } from '../../src/kometa/process/process.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { createRedactor } from '../../src/util/redact.ts'
import { summarizeKometa } from '../support/summarize-kometa.ts'

const token = 'kCANARY0123456789abc'
let folder = ''
let events: KometaEvent[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kometa-process-'))
  events = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a Node script as Kometa. */
function start(script: string, options: Partial<KometaOptions> = {}) {
  const file = join(folder, 'renderer.mjs')
  writeFileSync(file, script)
  mkdirSync(join(folder, 'logs'), { recursive: true })
  return startKometa({
    command: process.execPath,
    args: [file],
    cwd: folder,
    env: { PATH: process.env.PATH ?? '' },
    metaLog: join(folder, 'config', 'logs', 'meta.log'),
    logs: openBeneath(join(folder, 'logs')),
    redactor: createRedactor([token]),
    runConfigs: [],
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    ...options,
  })
}

const consoleLog = () => readFileSync(join(folder, 'logs', 'kometa-console.log'), 'utf8')

describe('a run that ends by itself', () => {
  test('returns its exit code, keeps both outputs scrubbed, and has stdin at EOF', async () => {
    const { pid, done } = await start(`
      process.stdout.write('| Overlaying: (1/2) A\\r')
      process.stderr.write('| token ${token.slice(0, 7)}')
      const end = () => process.stderr.write('${token.slice(7)} |\\n', () => process.exit(3))
      process.stdin.once('end', () => setTimeout(end, 50)).resume()
    `)
    const exit = await done
    expect(pid).toBeGreaterThan(0)
    expect(exit).toMatchObject({ code: 3, signal: null, cause: 'exited', logProblems: [] })
    expect(
      consoleLog()
        .split(/[\r\n]/)
        .sort(),
    ).toEqual(['', '| Overlaying: (1/2) A', '| token (redacted) |'])
    expect(events).toMatchObject([{ type: 'drawing', done: 1, total: 2, title: 'A' }])
    expect(exit.lastLines).toContain('| token (redacted) |')
  })

  test('reads meta.log to its end, across a rotation, and keeps it scrubbed', async () => {
    const line = (text: string) =>
      `[2026-07-03 05:00:01,234] [kometa.py:523]             [INFO]     | ${text.padEnd(98)} |\\n`
    const { done } = await start(`
      import { appendFileSync, mkdirSync, renameSync } from 'node:fs'
      mkdirSync('config/logs', { recursive: true })
      appendFileSync('config/logs/meta.log', '${line(`Starting Run`)}${line(`key ${token}`)}')
      setTimeout(() => {
        renameSync('config/logs/meta.log', 'config/logs/meta-1.log')
        appendFileSync('config/logs/meta.log', '${line('Finished Run')}')
      }, 500)
    `)
    await done
    expect(events.map(({ type }) => type)).toEqual(['run_started', 'run_finished'])
    const copy = readFileSync(join(folder, 'logs', 'meta.log'), 'utf8')
    expect(copy.split('\n')).toHaveLength(4)
    expect(copy).toContain('key (redacted)')
  })
})

describe('the config that Kometa names', () => {
  const named = (path: string) => `Using ${path} as config`
  const logged = (text: string) =>
    `[2026-07-03 05:00:01,234] [config.py:253]            [INFO]     | ${text.padEnd(98)} |\n`
  const inLog = (...texts: string[]) =>
    `import { mkdirSync, writeFileSync } from 'node:fs'
    mkdirSync('config/logs', { recursive: true })
    writeFileSync('config/logs/meta.log', ${JSON.stringify(texts.map(logged).join(''))})`
  const onConsole = (text: string) => `process.stderr.write(${JSON.stringify(`| ${text.padEnd(98)} |\n`)})`
  const waiting = '\nsetInterval(() => {}, 1000)'
  const runConfigs = ['/w/config/kometa_run.yml', `/w/${token}/config.yml`]

  test.each([
    ['in its log', inLog],
    ['on its console', onConsole],
  ])('%s, is the user’s own: Kometa is ended at once, and the reason is given', async (_name, say) => {
    const { done } = await start(say(named('/kometa/config/config.yml')) + waiting, { runConfigs })
    const exit = await done
    expect(exit).toMatchObject({ foreignConfig: '/kometa/config/config.yml', cause: 'cancelled' })
    expect(explainStop(summarizeKometa(events), exit)?.reason).toBe(
      'Kometa said that it runs /kometa/config/config.yml, which is not the run config of this preview. ' +
        'It was ended at once.',
    )
  })

  test.each(runConfigs)('is ours, even if a secret is part of the path: %s', async (path) => {
    const { done } = await start(`${inLog(named(path))}\n${onConsole(named(path))}`, { runConfigs })
    expect(await done).toMatchObject({ foreignConfig: null, cause: 'exited', code: 0 })
  })

  test('a similar title in the log does not count', async () => {
    const late = `setTimeout(() => { ${onConsole(named('/kometa/config/config.yml'))} }, 600)`
    const { done } = await start(`${inLog('Locating config...', 'Locating more...')}\n${late}`, { runConfigs })
    expect(await done).toMatchObject({ foreignConfig: null, code: 0 })
  })
})

describe('unusual runs', () => {
  test('a flood of 30 MB is read at our pace and kept up to the limit, and its memory is freed', async () => {
    const before = process.memoryUsage().rss
    const { done } = await start(
      `
      const line = '| ' + 'x'.repeat(96) + ' |\\n'
      const block = line.repeat(640)
      let left = 30e6
      const pump = () => {
        while (left > 0) {
          left -= block.length
          if (!process.stderr.write(block)) return process.stderr.once('drain', pump)
        }
      }
      pump()
    `,
      { limits: { maxLogBytes: 5_000_000 } },
    )
    const exit = await done
    expect(exit).toMatchObject({ code: 0, cause: 'exited' })
    expect(exit.logProblems).toEqual(['kometa-console.log: more than 5000000 bytes of output; the rest is not kept'])
    expect(consoleLog().length).toBeLessThan(5_000_200)
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6)
  })

  test('a missing program is a result, not an exception', async () => {
    const { done } = await start('', { command: join(folder, 'no-such-python') })
    expect(await done).toMatchObject({ cause: 'spawn_failed', code: null, error: expect.stringContaining('ENOENT') })
  })

  test('nothing is started if the job is already cancelled', async () => {
    const { done } = await start('process.stderr.write("ran")', { signal: AbortSignal.abort() })
    expect(await done).toMatchObject({ cause: 'cancelled', code: null })
    expect(consoleLog()).toBe('')
  })

  test('reports what Kometa printed if it failed before its log began', async () => {
    const { done } = await start(
      `process.stdout.write("Requirements Error: Requirements are not installed.\\n" +
        "Please follow the documentation for instructions on installing requirements. " +
        "(No module named 'arrapi')\\n")`,
    )
    expect((await done).code).toBe(0)
    expect(events).toMatchObject([
      { type: 'startup_failed', text: expect.stringContaining("No module named 'arrapi'") },
    ])
  })
})

/** A socket that every process of a tree holds open; it closes when the last one is gone. */
async function watchTree() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    async connected(count: number) {
      while (sockets.size < count) await once(server, 'connection')
    },
    async allGone() {
      for (const socket of sockets) await once(socket, 'close')
      server.close()
    },
  }
}

/** A parent, a child and a grandchild that ignore SIGTERM and live until they are killed. */
const stubbornTree = (port: number, depth = 2) => `
  import { spawn } from 'node:child_process'
  import { connect } from 'node:net'
  import { fileURLToPath } from 'node:url'
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => {})
  connect(${port}, '127.0.0.1')
  setInterval(() => {}, 1000)
  const depth = Number(process.argv[2] ?? ${depth})
  if (depth > 0) spawn(process.execPath, [fileURLToPath(import.meta.url), String(depth - 1)], { stdio: 'inherit' })
`

/** A process that starts on a slow machine is not hung yet. */
async function keepAliveUntil(ready: PromiseLike<unknown>, alive: () => void): Promise<void> {
  const timer = setInterval(alive, 100)
  await ready
  clearInterval(timer)
}

describe('the end of the whole tree', () => {
  test('a cancelled run ends within 5 s with all its grandchildren, although they ignore SIGTERM', async () => {
    const tree = await watchTree()
    const cancel = new AbortController()
    const { done } = await start(stubbornTree(tree.port), { signal: cancel.signal })
    await tree.connected(3)
    const started = performance.now()
    cancel.abort()
    const [exit] = await Promise.all([done, tree.allGone()])
    expect(performance.now() - started).toBeLessThan(5000)
    expect(exit).toMatchObject({ cause: 'cancelled', code: null, signal: 'SIGKILL' })
  })

  test('a silent run counts as hung and is ended the same way', async () => {
    const tree = await watchTree()
    const { done, alive } = await start(stubbornTree(tree.port, 1), { limits: { idleTimeoutMs: 1500, graceMs: 200 } })
    await keepAliveUntil(tree.connected(2), alive)
    const [exit] = await Promise.all([done, tree.allGone()])
    expect(exit).toMatchObject({ cause: 'hung', code: null })
  })

  test('a run that prints something now and then is not hung', async () => {
    // It runs longer than the limit.
    const print = `process.stdout.write('| Overlaying: (1/2) A\\r')`
    const { done, alive } = await start(
      `let n = 0; const t = setInterval(() => { ${print}; if (++n === 20) clearInterval(t) }, 300)`,
      { limits: { idleTimeoutMs: 5000 } },
    )
    await keepAliveUntil(expect.poll(() => events.length, { timeout: 50_000 }).toBeGreaterThan(0), alive)
    expect(await done).toMatchObject({ cause: 'exited', code: 0 })
  })

  test('a process that outlives its parent is ended too', async () => {
    const tree = await watchTree()
    const { done } = await start(`
      import { spawn } from 'node:child_process'
      const script = ${JSON.stringify(stubbornTree(tree.port, 0))}
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, '0'], { stdio: 'inherit' })
      setTimeout(() => process.exit(0), 600)
    `)
    await tree.connected(1)
    const [exit] = await Promise.all([done, tree.allGone()])
    expect(exit).toMatchObject({ cause: 'exited', code: 0 })
  })

  test('a process that left the group and keeps the pipe open does not block the job', async () => {
    const { done } = await start(
      `import { spawn } from 'node:child_process'
       const script = "setInterval(() => {}, 1000)"
       const child = spawn(process.execPath, ['-e', script], { stdio: 'inherit', detached: true })
       process.stdout.write(child.pid + '\\n', () => process.exit(0))`,
      { limits: { drainMs: 300 } },
    )
    const exit = await done
    expect(exit).toMatchObject({ cause: 'exited', code: 0 })
    // It still runs, so the job did not wait for it.
    expect(process.kill(Number(exit.lastLines.at(-1)), 'SIGKILL')).toBe(true)
  })

  test('the first cause wins', async () => {
    const { done, kill } = await start('setInterval(() => {}, 1000)', { limits: { idleTimeoutMs: 60_000 } })
    kill()
    kill()
    expect(await done).toMatchObject({ cause: 'cancelled', signal: 'SIGTERM' })
  })
})
