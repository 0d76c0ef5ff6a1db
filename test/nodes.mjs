// The other Node versions that we work on, from the npm package `node`: fetched once, into a folder outside of the tree.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The lowest one of `engines` in package.json, and the newest of each line after it. */
const versions = ['20.19.6', '22.23.3', '24.21.0']
const windows = process.platform === 'win32'

/**
 * Unit and wire tests, what has to do with processes, the command line, the studio's API and a whole job. The Node that
 * runs this has the others too: what is pure of Node (configs, the engine's API), or long (kills by the dozen, queues, figures of speed).
 */
const rooms = [
  ...['src/', 'test/unit/', 'test/wire/', 'test/plex/', 'test/scope/', 'test/memo/', 'test/replay/', 'test/gate/'],
  ...['test/run/', 'test/ledger/', 'test/kometa-process/', 'test/isolation/', 'test/cli/cli.test.ts'],
  ...['test/server/job.test.ts', 'test/e2e/job.test.ts'],
]
const leftOut = [
  ...[
    'test/wire/capture-durability.test.ts',
    'test/wire/capture-multipart.test.ts',
    'test/wire/sample-renderer.test.ts',
  ],
  ...['test/scope/scope-property.test.ts', 'test/isolation/speed.test.ts', 'test/isolation/hostile.test.ts'],
]
const manyRooms = ['run', ...rooms, ...leftOut.flatMap((path) => ['--exclude', path])]

/** What an older Node could do otherwise than this one or the newest: streams and sockets, child processes, a whole job. */
const fewRooms = [
  ...['run', 'test/wire/', 'test/kometa-process/process.test.ts', 'test/cli/cli.test.ts', 'test/e2e/job.test.ts'],
  ...leftOut.flatMap((path) => ['--exclude', path]),
]

/** The newest Node runs much; those between it and this one, or of this one's line, less. */
export const otherNodeArgs = (version) => (version === versions.at(-1) ? manyRooms : fewRooms)

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
