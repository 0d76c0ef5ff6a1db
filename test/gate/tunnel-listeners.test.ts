import { EventEmitter } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { listen, openGate } from './gate-world.ts'

test('a tunnel triggers no leak warning of Node, even with a lower listener limit', async () => {
  const before = EventEmitter.defaultMaxListeners
  EventEmitter.defaultMaxListeners = before - 1
  const warnings: string[] = []
  const onWarning = ({ name }: Error) => void warnings.push(name)
  process.on('warning', onWarning)
  onTestFinished(() => {
    EventEmitter.defaultMaxListeners = before
    process.off('warning', onWarning)
  })
  const port = await listen((socket) => socket.on('data', () => socket.end('reached')))
  const gate = await openGate()
  expect(await gate.tunnel(`api.themoviedb.org:${port}`, { send: 'a', until: 'reached' })).toContain('reached')
  await new Promise((resolve) => setImmediate(resolve))
  expect(warnings).toEqual([])
})
