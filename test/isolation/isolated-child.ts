import { chooseIsolation, openDoors } from '../../src/kometa/isolation/isolation.ts'
import { startChild } from '../../src/kometa/process/child.ts'

/**
 * Runs one shell script isolated, as the user of this process: `isolated-child.ts <script> [guarded files as JSON]`.
 * Prints the isolation, what could not be guarded, the exit and the output.
 */
const [script = '', guarded = '{"hide":[],"readOnly":[],"writable":"/tmp"}'] = process.argv.slice(2)
const env = { PATH: process.env.PATH ?? '' }
await using isolation = await chooseIsolation('auto', { env, python: null })
await using supervisor = isolation.take()
if (!supervisor) {
  process.stdout.write(JSON.stringify({ isolation }))
} else {
  const unguarded = await openDoors(supervisor, [], JSON.parse(guarded))
  const output: string[] = []
  const child = startChild({
    command: '/bin/sh',
    args: ['-c', script],
    cwd: process.cwd(),
    env,
    signal: new AbortController().signal,
    limits: { idleTimeoutMs: 30_000, graceMs: 1_000, drainMs: 1_000 },
    supervisor,
    onOutput(...streams) {
      for (const stream of streams) stream.on('data', (chunk: Buffer) => output.push(chunk.toString('utf8')))
    },
  })
  process.stdout.write(JSON.stringify({ isolation, unguarded, exit: await child.done, output: output.join('') }))
}
