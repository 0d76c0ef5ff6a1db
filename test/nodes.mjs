// The other Node versions that we support, from the npm package `node`: downloaded once, into a folder outside the
// repository.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The lowest version in `engines` of package.json, and the newest one of each later line. */
const versions = ['20.19.6', '22.23.3', '24.21.0']
const windows = process.platform === 'win32'

/** Long tests that do not depend on the Node version. */
const leftOut = ['capture-durability', 'capture-multipart', 'sample-renderer'].map(
  (name) => `test/wire/${name}.test.ts`,
)

/**
 * What another Node could do differently: streams and sockets, child processes, the command line, a whole job. The
 * newest version runs the unit tests, too. The Node that runs this script runs all other tests.
 */
const rooms = ['test/wire/', 'test/kometa-process/process.test.ts', 'test/cli/cli.test.ts', 'test/e2e/job.test.ts']
const unitTests = ['src/', 'test/unit/', 'test/plex/', 'test/gate/']

export const otherNodeArgs = (version) => [
  'run',
  ...rooms,
  ...(version === versions.at(-1) ? unitTests : []),
  ...leftOut.flatMap((path) => ['--exclude', path]),
]

/** Some tests run it as an ordinary user, who cannot read root's home. */
const cache =
  process.env.KOMETA_PREVIEW_TEST_CACHE ??
  (process.getuid?.() === 0 ? '/var/cache/kometa-preview-test' : join(homedir(), '.cache', 'kometa-preview-test'))

/** Each version with its program, or with the reason why it is missing. */
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
