import { startChild } from '../../src/kometa/child.ts'
import { chooseIsolation, isolationFor } from '../../src/kometa/isolation.ts'
import { startSupervisor } from '../../src/kometa/supervisor.ts'

/** Runs one shell script isolated, as whoever this process is: `isolated-child.ts <script>`; prints isolation, exit and output. */
const [script = ''] = process.argv.slice(2)
const env = { PATH: process.env.PATH ?? '' }
const isolation = await chooseIsolation('auto', { env, python: null })
if (isolation.mode === 'none') {
  process.stdout.write(JSON.stringify({ isolation }))
} else {
  await using supervisor = startSupervisor({ env, isolation: await isolationFor([], null) })
  await supervisor.ready
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
  process.stdout.write(JSON.stringify({ isolation, exit: await child.done, output: output.join('') }))
}
