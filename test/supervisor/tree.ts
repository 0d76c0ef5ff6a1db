import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * Watches a tree of processes through a named pipe that each process holds open. The pipe ends when the last process
 * is gone, whatever namespaces the processes are in. Not on Windows.
 */
export async function watchTree(dir: string) {
  const path = join(dir, 'tree.fifo')
  const made = spawnSync('mkfifo', [path])
  if (made.status !== 0) throw new Error(`mkfifo: ${made.stderr}`)
  // Opened for reading and writing, so that opening does not block, and nothing ends before the first writer is there.
  const keep = await open(path, constants.O_RDWR)
  const input = (await open(path, constants.O_RDONLY)).createReadStream()
  const lines = createInterface({ input })[Symbol.asyncIterator]()
  const ended = once(input, 'end')
  /** A parent, a child and a grandchild that ignore signals and live until they are killed. */
  const generation = (children: string) => `
    const { spawn } = require('node:child_process')
    const { openSync, writeSync } = require('node:fs')
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => {})
    writeSync(openSync(${JSON.stringify(path)}, 'w'), process.pid + '\\n')
    setInterval(() => {}, 1000)
    ${children === '' ? '' : `spawn(process.execPath, ['-e', ${JSON.stringify(children)}], { stdio: 'inherit' })`}`
  return {
    script: generation(generation(generation(''))),
    /** The pids of the first processes to start. */
    async pids(count: number): Promise<number[]> {
      const pids: number[] = []
      while (pids.length < count) pids.push(Number((await lines.next()).value))
      await keep.close()
      return pids
    },
    /** Resolves when every process is gone. */
    gone: () => ended,
  }
}
