import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cli, seen, startCli } from './cli.ts'

const succeeds = (command: string, ...args: string[]) => spawnSync(command, args).status === 0

/** A job folder on its own file system; null if this user may not mount one. */
function mountJobFolder(options: string): { dir: string; jobDir: string } | null {
  const dir = mkdtempSync(join(tmpdir(), 'full-disk-'))
  const jobDir = join(dir, 'job')
  mkdirSync(jobDir)
  const isMounted = process.platform === 'linux' && succeeds('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', jobDir)
  onTestFinished(() => {
    if (isMounted) succeeds('umount', '-l', jobDir)
    rmSync(dir, { recursive: true, force: true })
  })
  return isMounted ? { dir, jobDir } : null
}

const demo = ({ dir, jobDir }: { dir: string; jobDir: string }) => [
  ...['demo', '--once', '--out', jobDir, '--data', join(dir, 'data')],
]

test('a disk that is too small at the start is bad input: exit code 2, and nothing was started', async ({ skip }) => {
  const place = mountJobFolder('size=64k') ?? skip('this user may not mount a file system')
  const { code, stderr } = await cli(demo(place))
  expect(stderr).toMatch(/not enough free disk space|disk is full/)
  expect(code).toBe(2)
})

/** Leaves no room for further files. A file that is made meanwhile makes it try again. */
function fill(jobDir: string): void {
  for (;;) {
    const { files, ffree } = statfsSync(jobDir)
    if (succeeds('mount', '-o', `remount,nr_inodes=${files - ffree}`, jobDir)) return
  }
}

test.for([
  ['before Kometa starts', /The proxy listens/],
  ['while Kometa draws', /CAPTURED_UPLOAD/],
] as const)('a disk that runs full %s is a job that failed: exit 1, and says so', async ([_name, moment], { skip }) => {
  const place = mountJobFolder('size=500m,nr_inodes=10000') ?? skip('this user may not mount a file system')
  const { child, done } = startCli(demo(place))
  await seen(child, 'stderr', moment)
  fill(place.jobDir)
  const { code, stderr } = await done
  expect(stderr).toMatch(/disk is full|no room for another file|No space left|ENOSPC/)
  expect(code).toBe(1)
})
