import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '../../src/contract/errors.ts'
import { type JobWorld, run, startJobWorld } from '../e2e/job-world.ts'
import { recordFigure } from './figures.ts'

const succeeds = (command: string, ...args: string[]) => spawnSync(command, args).status === 0

/** A separate file system; null if this user may not mount one. */
function mount(folder: string, options: string): Disposable | null {
  mkdirSync(folder, { recursive: true })
  if (process.platform !== 'linux') return null
  if (!succeeds('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder)) return null
  return { [Symbol.dispose]: () => void succeeds('umount', '-l', folder) }
}

/** Pictures under final names, each with the hash of its bytes. */
function pictures(world: JobWorld): Map<string, string> {
  const folder = join(world.jobDir, 'output/by_ratingkey')
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.tmp')) : []
  const hash = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')
  return new Map(names.map((name) => [`output/by_ratingkey/${name}`, hash(name)]))
}

const tried: string[] = []

/** Options of the file system at the start, and options for remounting it once Kometa starts. */
test.each([
  ['read-only from the start', 'size=500m,ro', null],
  ['with room for 4 files', 'size=500m,nr_inodes=5', null],
  ['with room for 14 files', 'size=500m,nr_inodes=15', null],
  ['of 64 kB', 'size=64k', null],
  ['that is full once Kometa starts', 'size=500m', 'size=96k'],
  ['without room for a file once Kometa starts', 'size=500m', 'nr_inodes=18'],
])(
  'a job folder %s: an end in words, nothing half done, nothing counted that is not there',
  async (name, options, later) => {
    await using world = await startJobWorld()
    using disk = mount(world.jobDir, options)
    if (disk === null) return
    tried.push(name)
    const outcome = await run(world, {
      specs: ['Nosferatu', 'The General', 'M'],
      onEvent(event) {
        if (event.type !== 'phase' || event.phase !== 'kometa' || later === null) return
        expect(succeeds('mount', '-o', `remount,${later}`, world.jobDir)).toBe(true)
      },
    }).catch((error: unknown) => error)
    const there = pictures(world)
    if (outcome instanceof Error) {
      expect(outcome).toBeInstanceOf(AppError)
      expect(outcome.message).toMatch(/cannot be written|space|room|full|read-only/)
    } else {
      const { summary } = outcome as Awaited<ReturnType<typeof run>>
      expect(summary.status).not.toBe('success')
      for (const { saved_path, sha256 } of summary.captured_uploads) {
        if (saved_path !== null) expect([saved_path, there.get(saved_path)]).toEqual([saved_path, sha256])
      }
    }
    world.assertUntouched()
    expect(existsSync(join(world.dataDir, 'workspaces')) ? readdirSync(join(world.dataDir, 'workspaces')) : []).toEqual(
      [],
    )
  },
)

test('the figure', ({ skip }) => {
  if (tried.length === 0) skip('this user may not mount a file system')
  recordFigure({
    name: 'a job whose folder takes no more (read-only, no inodes, full)',
    value: `${tried.length} jobs (${tried.join('; ')}): each ends in words; 0 half pictures, 0 counted that are not there`,
    goal: 'no half image under a final name; 0 false acknowledgements',
  })
})
