import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLedger, genesis, type LedgerEntry } from '../../src/proxy/ledger/ledger.ts'
import { ledgerFiles } from '../../src/proxy/ledger/ledger-files.ts'
import { verifyLedger } from '../../src/proxy/ledger/verify-ledger.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const entry = (fields: Partial<LedgerEntry> = {}): LedgerEntry => ({
  time: '2026-01-01T00:00:00.000Z',
  source: 'proxy',
  server: 'plex-a',
  method: 'GET',
  target: '/library/sections',
  verdict: 'forward',
  reason: '',
  status: 200,
  bytes: 12,
  durationMs: 3,
  ...fields,
})

describe('the ledger', () => {
  test('chains its lines and verifies', async () => {
    const path = join(folder, 'ledger.jsonl')
    const ledger = createLedger(openBeneath(folder))
    expect(ledger.head()).toMatchObject({ head: genesis, count: 0 })
    for (let index = 0; index < 600; index++) ledger.append(entry({ bytes: index }))
    ledger.append(entry({ method: 'POST', verdict: 'block' }))
    ledger[Symbol.dispose]()
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(601)
    expect(await verifyLedger(openBeneath(folder), ledger.head())).toEqual({ ok: true, count: 601 })
  })

  test.each([
    ['a changed line', (text: string) => text.replace('"bytes":5', '"bytes":6'), 'line 7'],
    ['a line taken out', (text: string) => text.split('\n').toSpliced(3, 1).join('\n'), 'line 4'],
    ['the last line taken out', (text: string) => `${text.trimEnd().split('\n').slice(0, -1).join('\n')}\n`, 'line 9'],
    ['a torn line', (text: string) => text.slice(0, -20), 'line 10'],
  ])('%s is found', async (_name, change, where) => {
    const path = join(folder, 'ledger.jsonl')
    const ledger = createLedger(openBeneath(folder))
    for (let index = 0; index < 10; index++) ledger.append(entry({ bytes: index }))
    ledger[Symbol.dispose]()
    const text = readFileSync(path, 'utf8')
    const changed = change(text)
    expect(changed).not.toBe(text)
    writeFileSync(path, changed)
    const check = await verifyLedger(openBeneath(folder), ledger.head())
    expect(check).toMatchObject({ ok: false, problem: expect.stringContaining(where) })
  })

  test('a line added behind the head is found, and a missing file', async () => {
    const path = join(folder, 'ledger.jsonl')
    const ledger = createLedger(openBeneath(folder))
    ledger.append(entry())
    ledger[Symbol.dispose]()
    appendFileSync(path, `${JSON.stringify({ seq: 2, prev: ledger.head().head, ...entry() })}\n`)
    expect(await verifyLedger(openBeneath(folder), ledger.head())).toMatchObject({ ok: false })
    rmSync(path)
    expect(await verifyLedger(openBeneath(folder), ledger.head())).toMatchObject({ ok: false })
  })

  test('a write is on disk at once; reads wait for company', () => {
    const path = join(folder, 'ledger.jsonl')
    const ledger = createLedger(openBeneath(folder), { flushAfterMs: 60_000 })
    ledger.append(entry())
    expect(readFileSync(path, 'utf8')).toBe('')
    ledger.append(entry({ verdict: 'capture' }))
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(2)
    ledger[Symbol.dispose]()
  })

  test('a disk that is full for a while: no crash, no line lost, and who is recorded meanwhile hears of it', async ({
    skip,
  }) => {
    const small = join(folder, 'small')
    mkdirSync(small)
    const system = (command: string, ...args: string[]) => spawnSync(command, args).status === 0
    if (process.platform !== 'linux' || !system('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small)) {
      skip('this user may not mount a file system')
    }
    using _mounted = { [Symbol.dispose]: () => void system('umount', '-l', small) }
    const filler = join(small, 'filler')
    using ledger = createLedger(openBeneath(small), { flushAfterMs: 5 })
    ledger.append(entry({ method: 'PUT', verdict: 'block' }))
    let room = 128 * 1024
    while (room >= 1) {
      try {
        appendFileSync(filler, 'a'.repeat(room))
      } catch {
        room = Math.floor(room / 2)
      }
    }
    // Larger than what is left of the page that the ledger has already.
    for (let index = 0; index < 40; index++) ledger.append(entry({ bytes: index }))
    // The timer's write fails meanwhile; it has nobody to tell.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(() => ledger.append(entry({ method: 'PUT', verdict: 'block' }))).toThrow(/ENOSPC/)
    // Whoever reads is on the way back from Plex: an error there would end the whole tool.
    ledger.append(entry())
    expect(ledger.head().uncounted_reads).toBe(1)
    expect(() => ledger.flush()).toThrow(/ENOSPC/)
    rmSync(filler)
    ledger.append(entry({ method: 'PUT', verdict: 'block' }))
    ledger.flush()
    expect(ledger.head().count).toBe(42)
    expect(await verifyLedger(openBeneath(small), ledger.head())).toEqual({ ok: true, count: 42 })
  })

  test('rotates, and past the total limit drops reads but never a verdict on a write', async () => {
    const ledger = createLedger(openBeneath(folder), {
      maxFileBytes: 2_000,
      maxTotalBytes: 6_000,
      flushAfterMs: 60_000,
    })
    for (let index = 0; index < 200; index++) {
      ledger.append(entry())
      ledger.append(entry({ method: 'PUT', verdict: 'block' }))
    }
    ledger[Symbol.dispose]()
    const head = ledger.head()
    expect(head.files.length).toBeGreaterThan(3)
    expect(ledgerFiles(openBeneath(folder))).toEqual(head.files)
    const text = head.files.map((file) => readFileSync(join(folder, file), 'utf8')).join('')
    expect(text.match(/"verdict":"block"/g)).toHaveLength(200)
    expect(head.uncounted_reads).toBeGreaterThan(100)
    expect(await verifyLedger(openBeneath(folder), head)).toEqual({ ok: true, count: head.count })
  })

  test('past the limit a write that was passed on, or refused, is still written; refused reads are counted', () => {
    const ledger = createLedger(openBeneath(folder), { maxTotalBytes: 1, flushAfterMs: 60_000 })
    ledger.append(entry({ verdict: 'refuse', status: 403 }))
    const before = ledger.head()
    for (const method of ['GET', 'HEAD', '?']) ledger.append(entry({ method, verdict: 'refuse', status: 403 }))
    ledger.append(entry({ source: 'gate', method: 'CONNECT', verdict: 'pass' }))
    expect(ledger.head()).toMatchObject({ count: before.count, uncounted_reads: before.uncounted_reads + 4 })
    // These are what the certificate is about.
    ledger.append(entry({ method: 'PUT', verdict: 'forward' }))
    ledger.append(entry({ source: 'service', method: 'POST', verdict: 'pass' }))
    ledger.append(entry({ method: 'DELETE', verdict: 'refuse', status: 401 }))
    ledger[Symbol.dispose]()
    expect(ledger.head().count).toBe(before.count + 3)
    expect(readFileSync(join(folder, 'ledger.jsonl'), 'utf8')).toContain('"verdict":"forward"')
  })

  describe('in several files', () => {
    const rotated = () => {
      const ledger = createLedger(openBeneath(folder), { maxFileBytes: 1_500, flushAfterMs: 60_000 })
      for (let index = 0; index < 40; index++) ledger.append(entry({ method: 'PUT', verdict: 'block', bytes: index }))
      ledger[Symbol.dispose]()
      expect(ledger.head().files.length).toBeGreaterThan(3)
      return ledger.head()
    }
    const at = (name: string) => join(folder, name)

    test.each<[string, (first: string, second: string) => void, RegExp]>([
      [
        'two that were swapped',
        (first, second) => {
          const [one, other] = [readFileSync(at(first)), readFileSync(at(second))]
          writeFileSync(at(first), other)
          writeFileSync(at(second), one)
        },
        /ledger-1\.jsonl: the chain breaks at line 1:/,
      ],
      ['one that is gone', (_first, second) => rmSync(at(second)), /ledger-2\.jsonl cannot be read/],
      ['one that is empty', (_first, second) => writeFileSync(at(second), ''), /ledger-3\.jsonl: the chain breaks at/],
      [
        'one that was cut off',
        (first) => writeFileSync(at(first), readFileSync(at(first)).subarray(0, -30)),
        /ledger-1\.jsonl: line \d+ is no ledger line/,
      ],
      [
        'one from another job',
        (first) => writeFileSync(at(first), `${JSON.stringify({ seq: 1, prev: genesis, ...entry() })}\n`),
        /the chain breaks at line 2/,
      ],
    ])('%s', async (_name, change, words) => {
      const head = rotated()
      expect(await verifyLedger(openBeneath(folder), head)).toEqual({ ok: true, count: 40 })
      change(head.files[0] ?? '', head.files[1] ?? '')
      expect(await verifyLedger(openBeneath(folder), head)).toMatchObject({
        ok: false,
        problem: expect.stringMatching(words),
      })
    })
  })
})
