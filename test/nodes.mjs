// The other Node versions that we work on, from the npm package `node`: fetched once, into a folder outside of the tree.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The lowest one of `engines` in package.json, and the newest of each line after it. */
const versions = ['20.19.6', '22.23.3', '24.22.3']
const windows = process.platform === 'win32'

/** Files that take long, or are about something else than what Node itself does: the Node that runs this has them all. */
const leftOut = [
  'test/server/queue.test.ts',
  'test/setup/**',
  'test/package/**',
  'test/isolation/speed.test.ts',
  'test/memory/**',
  'test/walls.test.ts',
  'test/docs.test.ts',
  'test/evidence.test.ts',
  'test/e2e/several-kometas.test.ts',
  'test/e2e/plex-reads.test.ts',
  'test/e2e/ends.test.ts',
  'test/verification/certificate.test.ts',
  'test/docker/docker-runner.test.ts',
  'test/scope/scope-property.test.ts',
]
export const otherNodeArgs = ['run', ...leftOut.flatMap((pattern) => ['--exclude', pattern])]

/** Each version with its program, or with why it cannot be had. */
export function otherNodes() {
  return versions.filter((version) => `v${version}` !== process.version).map((version) => fetchNode(version))
}

function fetchNode(version) {
  const cache = process.env.KOMETA_PREVIEW_TEST_CACHE ?? join(homedir(), '.cache', 'kometa-preview-test')
  const folder = join(cache, `node-${version}`)
  const program = join(folder, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')
  const says = () => spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout?.trim()
  if (says() === `v${version}`) return { version, program, missing: null }
  mkdirSync(folder, { recursive: true })
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel', 'error']
  const install = ['install', '--prefix', folder, ...quiet, `node@${version}`]
  const { status, stderr } = spawnSync(windows ? 'npm.cmd' : 'npm', install, { cwd: folder, encoding: 'utf8' })
  if (says() === `v${version}`) return { version, program, missing: null }
  const why = stderr?.trim().split('\n').at(-1) || `npm ended with ${status}`
  return { version, program, missing: `the npm package node@${version} could not be installed: ${why}` }
}
