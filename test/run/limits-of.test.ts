import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readPreviewSection } from '../../src/config/read/preview-section.ts'
import { type Timeouts, timeoutsSchema } from '../../src/contract/timeouts.ts'
import { defaultGateLimits } from '../../src/gate/gate-options.ts'
import { defaultCaptureLimits } from '../../src/proxy/capture/limits.ts'
import { proxyLimits } from '../../src/proxy/limits.ts'
import { limitsOf } from '../../src/run/inputs/limits-of.ts'

const defaults = timeoutsSchema.parse({})
const section = (timeouts: unknown) => {
  const plain = new Map<string, unknown>(Object.entries(timeouts as object))
  return readPreviewSection(
    new Map<string, never>([
      ['targets', [] as never],
      ['timeouts', plain as never],
    ]),
    'preview.yml',
  )
}

test('without timeouts in preview.yml, every limit has its default', () => {
  const { proxy, gate, captures } = limitsOf(defaults)
  expect(proxyLimits).toMatchObject(proxy)
  expect(defaultGateLimits).toMatchObject(gate)
  // The limit of the request is also the limit of its whole body.
  expect({ ...defaultCaptureLimits, bodyTotalTimeoutMs: proxyLimits.requestTimeoutMs }).toMatchObject(captures)
})

test('each name in preview.yml reaches a limit', () => {
  const before = JSON.stringify(limitsOf(defaults))
  for (const name of Object.keys(defaults) as (keyof Timeouts)[]) {
    const { timeouts } = section({ [name]: 7.5 })
    const changed = JSON.stringify(limitsOf(timeouts))
    expect([name, changed === before, changed.includes('7500')]).toEqual([name, false, true])
  }
})

test.each([
  [{ plex_conect: 5 }, /preview\.timeouts: .*plex_conect/],
  [{ plex_connect: 0 }, /preview\.timeouts\.plex_connect: /],
  [{ plex_connect: 'soon' }, /preview\.timeouts\.plex_connect: /],
  [{ plex_body: 100_000 }, /preview\.timeouts\.plex_body: /],
])('%j: one line that says where', (timeouts, line) => {
  expect(() => section(timeouts)).toThrow(line)
})

test('the table in the documentation names each timeout with its default', () => {
  const text = readFileSync(new URL('../../docs/safety.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `([a-z_]+)` \| ([\d,]+) \|/gm)].map(([, name, value]) => [
    name,
    Number(value?.replaceAll(',', '')),
  ])
  expect(Object.fromEntries(rows)).toEqual(defaults)
})
