import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maskConfig } from '../../src/server/connect/hidden/mask-config.ts'
import { inThread, onText } from '../../src/server/foreign-text/on-text.ts'
import { defaultConfig, openStudio, type TestStudio } from './open-studio.ts'

const lines = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('')
const large: Record<string, string> = {
  'a long list': `extra:\n${lines(25_000, () => '- b\n')}`,
  'many keys': lines(8_000, (at) => `key_${at}: value\n`),
  'many secrets': lines(3_000, (at) => `s${at}: {apikey: ${at}abcdefabcdef${at}}\n`),
  'a broken text': `extra: [\n${lines(10_000, () => 'token: x y: z\n')}`,
}
const generous = { timeoutMs: 600_000, memoryMb: 768 }

describe('a very large config', () => {
  let it: TestStudio
  beforeAll(async () => {
    it = await openStudio()
  })
  afterAll(async () => {
    expect(it.failures).toEqual([])
    await it[Symbol.asyncDispose]()
  })

  test.each(Object.keys(large))('the studio answers others while it reads %s', { timeout: 300_000 }, async (name) => {
    const text = defaultConfig(it.plex) + large[name]
    let isOver = false
    const started = performance.now()
    const reading = it.call('connect', { body: { kind: 'text', name: 'config.yml', text } }).finally(() => {
      isOver = true
    })
    const waits: number[] = []
    while (!isOver) {
      const asked = performance.now()
      await it.call('getConnection')
      waits.push(performance.now() - asked)
    }
    expect((await reading).status).toBe(200)
    // In the main thread, others would wait for the whole time on any machine.
    const longest = Math.max(...waits) / (performance.now() - started)
    expect(waits.length).toBeGreaterThan(20)
    expect(longest).toBeLessThan(0.3)
  })
})

describe('the thread', () => {
  const text = large['many secrets'] ?? ''

  test('answers the same as without a thread', { timeout: 300_000 }, async () => {
    expect(await inThread({ act: 'mask', args: [text] }, generous)).toEqual(maskConfig(text))
    const wrong = inThread({ act: 'check', args: ['a: 1\nb: "x\n', 'mine.yml'] }, generous)
    await expect(wrong).rejects.toMatchObject({ code: 'CONFIG_INVALID_YAML', place: { line: 2 } })
    await expect(wrong).rejects.toThrow(/^mine\.yml/)
  })

  test('is ended when a text takes too long', { timeout: 300_000 }, async () => {
    const reading = inThread({ act: 'mask', args: [text] }, { ...generous, timeoutMs: 1 })
    await expect(reading).rejects.toThrow(/^this config takes too long to read: more than 0\.001 s$/)
    await expect(reading).rejects.toMatchObject({ code: 'CONFIG_INVALID_YAML', hint: expect.any(String) })
  })

  test('is ended when a text takes too much memory', { timeout: 300_000 }, async () => {
    const reading = inThread({ act: 'read', args: [large['a long list']?.repeat(8)] }, { ...generous, memoryMb: 24 })
    await expect(reading).rejects.toThrow(/^this config takes too much memory to read: more than 24 MiB$/)
  })

  test('is not started for a text that is larger than any config', async () => {
    await expect(onText('mask', 'x'.repeat(9 * 1024 * 1024))).rejects.toThrow(/^the config is larger than 4 MiB$/)
  })
})
