import { writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { namespaceOptions } from '../../src/kometa/isolation/isolation.ts'
import { startSupervisor } from '../../src/kometa/process/supervisor.ts'

/**
 * A tool that requests two doors and then reads nothing more, so that the receipt for the door's socket is never sent.
 */
const ports = process.argv.slice(2).map(Number)
const supervisor = startSupervisor({ env: process.env, isolation: namespaceOptions(null) })
await supervisor.ready
supervisor.open({
  doors: ports.map((port) => ({ port, serve: () => ({ [Symbol.dispose]: () => undefined }) })),
  files: { hide: { files: [], sockets: [] }, readOnly: [], writable: tmpdir() },
})
writeSync(1, `${supervisor.process.pid}\n`)
// The order is sent after this turn of the event loop.
setImmediate(() => {
  for (;;);
})
