// The other Node versions that we work on, from the npm package `node`: fetched once, into a folder outside of the tree.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The lowest one of `engines` in package.json, and the newest of each line after it. */
const versions = ['20.19.6', '22.23.3', '24.21.0']
const windows = process.platform === 'win32'

/** Long, and of no Node in particular. */
const leftOut = ['capture-durability', 'capture-multipart', 'sample-renderer'].map(
  (name) => `test/wire/${name}.test.ts`,
)

/**
 * What another Node could do otherwise: streams and sockets, child processes, the command line, a whole job; the newest one
 * runs the unit tests, too. The Node that runs this has all the others.
 */
const rooms = ['test/wire/', 'test/kometa-process/process.test.ts', 'test/cli/cli.test.ts', 'test/e2e/job.test.ts']
const unitTests = ['src/', 'test/unit/', 'test/plex/', 'test/gate/']

export const otherNodeArgs = (version) => [
  'run',
  ...rooms,
  ...(version === versions.at(-1) ? unitTests : []),
  ...leftOut.flatMap((path) => ['--exclude', path]),
]

/** Some tests start it as an ordinary user, who cannot look into root's home. */
const cache =
  process.env.KOMETA_PREVIEW_TEST_CACHE ??
  (process.getuid?.() === 0 ? '/var/cache/kometa-preview-test' : join(homedir(), '.cache', 'kometa-preview-test'))

/** Each version with its program, or with why it cannot be had. */
export function otherNodes() {
  return versions.filter((version) => `v${version}` !== process.version).map((version) => fetchNode(version))
}

function fetchNode(version) {
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
