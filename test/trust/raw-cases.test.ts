import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { request } from '../support/proxy-world.ts'
import { sendRaw } from '../support/raw-client.ts'
import { grouped, recordFigure } from './figures.ts'
import { byteSweeps } from './raw/byte-sweeps.ts'
import { framingCases } from './raw/framing-cases.ts'
import { headerCases } from './raw/header-cases.ts'
import type { Arrival, RawCase } from './raw/raw-case.ts'
import { targetCases } from './raw/target-cases.ts'
import { startTrustWorld } from './world.ts'

const groups: readonly [name: string, cases: readonly RawCase[]][] = [
  ['every byte in every place', byteSweeps],
  ['framing', framingCases],
  ['targets', targetCases],
  ['methods, versions and headers', headerCases],
]
const atOnce = 128
const firstKey = 10_000_000

/**
 * Sends the bytes and resolves when an answer arrived or the connection ended; the connection stays open until it is
 * closed by the caller.
 */
function send(port: number, bytes: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(bytes, 'latin1')))
    socket.once('data', () => resolve(socket.resume()))
    socket.once('close', () => resolve(socket))
    // A reset is one way to say no.
    socket.on('error', () => socket.destroy())
    socket.setTimeout(15_000, () => reject(new Error(`neither an answer nor an end: ${bytes.slice(0, 100)}`)))
  })
}

test.each(groups)('%s', async (group, cases) => {
  // The proxy must soon give up on what never becomes complete.
  await using world = await startTrustWorld({
    limits: { headersTimeoutMs: 400, requestTimeoutMs: 800, checkIntervalMs: 50 },
  })
  const keyOf = (index: number) => firstKey + 2 * index
  for (let start = 0; start < cases.length; start += atOnce) {
    const sockets = await Promise.all(
      cases
        .slice(start, start + atOnce)
        .map(({ bytes }, at) => send(world.proxy.port, bytes(keyOf(start + at), keyOf(start + at) + 1))),
    )
    // A smuggled request would have left before this read, sent later, is answered.
    const { status } = await sendRaw(world.proxy.port, request('GET', '/identity'))
    expect(status).toBe(200)
    for (const socket of sockets) socket.destroy()
  }
  world.assertUntouched()
  const arrived = new Map<number, number>()
  for (const { target } of world.plex.journal) {
    const key = Number(/^\/library\/metadata\/(\d+)(?=[/?])/.exec(target)?.[1] ?? 0)
    arrived.set(key, (arrived.get(key) ?? 0) + 1)
  }
  arrived.delete(0)
  const wrong = cases.flatMap(({ name, own, second }, index) => {
    const counts = [arrived.get(keyOf(index)) ?? 0, arrived.get(keyOf(index) + 1) ?? 0] as const
    return fits(own, counts[0]) && fits(second, counts[1])
      ? []
      : [`${name}: ${own}/${second}, arrived ${counts.join('/')}`]
  })
  expect(wrong).toEqual([])
  const reads = [...arrived.keys()].filter((key) => key >= firstKey).length
  recordFigure({
    name: `raw HTTP cases: ${group}`,
    value: `${grouped(cases.length)} cases, ${grouped(reads)} of them plain reads; 0 through, 0 crashes`,
    goal: '0 through, 0 crashes (all groups: >= 1,500 cases)',
  })
})

const fits = (wanted: Arrival, count: number): boolean =>
  wanted === 'maybe' ? count <= 1 : count === (wanted === 'yes' ? 1 : 0)
