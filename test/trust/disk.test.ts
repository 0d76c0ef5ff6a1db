import { execFile, spawnSync } from 'node:child_process'
import { constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { compile } from './compiled.ts'
import { recordFigure, sizeFromEnvironment } from './figures.ts'

const points = sizeFromEnvironment('TRUST_DISK_POINTS', 64)
let program: string
beforeAll(async () => {
  program = join(await compile(), 'test', 'trust', 'programs', 'faulty-disk.js')
}, 120_000)

interface Outcome {
  tried: number
  acknowledged: number
  refused: number
  broken: number
  problems: string[]
  trace: string[]
}

async function run(mode: string, folder = scratch()): Promise<Outcome> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, mode, String(points), folder])
  return JSON.parse(stdout) as Outcome
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const can = (command: string, ...args: string[]) => spawnSync(command, args).status === 0
const missing: string[] = []

describe('a disk that fails under the whole proxy: nothing is acknowledged that was not stored', () => {
  test(`a system error at each of ${points} calls (EIO, ENOSPC, EDQUOT, EROFS, EMFILE, EACCES)`, async () => {
    const { problems, ...counts } = await run('errors')
    expect(problems).toEqual([])
    expect(counts.refused).toBeGreaterThanOrEqual(points / 2)
    figure(`an error at each of ${points} calls`, counts)
  })

  test(`a limit of file size at ${points} places (EFBIG)`, async ({ skip }) => {
    if (!can('prlimit', '--version')) {
      missing.push('EFBIG (no prlimit)')
      skip('no prlimit here')
    }
    const { problems, ...counts } = await run('efbig')
    expect(problems).toEqual([])
    expect([counts.refused > points / 10, counts.acknowledged > points / 10]).toEqual([true, true])
    figure(`EFBIG at ${points} places`, counts)
  })

  test(`a client that goes away after each 1/${points} of an upload, in four framings`, async () => {
    const { problems, ...counts } = await run('cuts')
    expect(problems).toEqual([])
    expect(counts.tried).toBe(4 * points)
    figure(`truncation at ${points} places x 4 framings`, counts)
  })

  test('a file system of 6 MB that fills up', async ({ skip }) => {
    const folder = scratch()
    if (process.platform !== 'linux' || !can('mount', '-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder)) {
      missing.push('a small file system (this user may not mount one)')
      skip('this user may not mount a file system')
    }
    onTestFinished(() => void can('umount', folder))
    const { problems, ...counts } = await run('full', folder)
    expect(problems).toEqual([])
    figure('a full file system of 6 MB', counts)
  })

  test('the order of the calls: write, sync, rename, sync of the folder, and only then acknowledge', async () => {
    const { trace } = await run('order')
    const order = [
      trace.findIndex((call) => call.startsWith('open ') && (Number(call.slice(5)) & constants.O_EXCL) !== 0),
      trace.lastIndexOf('handle.writev'),
      trace.indexOf('handle.sync'),
      trace.findIndex((call) => call.startsWith('rename ') && call.includes('_poster_')),
      trace.lastIndexOf('handle.sync'),
      trace.indexOf('200'),
    ]
    expect([trace, order.every((at) => at >= 0), new Set(order).size]).toEqual([trace, true, order.length])
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })
})

function figure(name: string, { tried, acknowledged, refused, broken }: Omit<Outcome, 'problems'>): void {
  recordFigure({
    name: `disk: ${name}`,
    value: `${tried} uploads: ${acknowledged} acknowledged and there, ${refused} refused, ${broken} broken off; 0 false acknowledgements${missing.length > 0 ? `; not tried here: ${missing.join(', ')}` : ''}`,
    goal: '0 false acknowledgements',
  })
}
