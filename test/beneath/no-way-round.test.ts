import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

/*
 * A job folder may come from anybody, so only src/util/beneath may open what is in it. Every other module that opens
 * files by path is listed here with the folders it uses. None of these may be a job folder.
 */

/** Rooms that know nothing of jobs: they get paths of the user's own files, of workspaces and of our own data. */
const roomsWithoutJobs = ['src/config/', 'src/kometa/', 'src/gate/', 'src/demo/']
/** Files in these rooms that handle a job nevertheless. */
const jobPartsOfThoseRooms = [
  'src/config/read/job-file.ts',
  'src/config/read/source-reader.ts',
  'src/kometa/process/process.ts',
  'src/kometa/log/scrubbed-log.ts',
]

const opensByPath: Readonly<Record<string, string>> = {
  'src/cli/program.ts': 'our own package',
  'src/cli/proxy.ts': "the user's token file",
  'src/cli/serve.ts': "the user's password file; whether a folder that is named has logs in it",
  'src/config/read/source-reader.ts': "files of the user's outside of the job, as far as the config may reach",
  'src/images/byte-source.ts': 'backups in a workspace',
  'src/plex/items/image-read.ts': 'the thumbnails of the studio',
  'src/proxy/memo/memo-store.ts': 'what is remembered, among the workspaces',
  'src/proxy/memo/read-memo.ts': 'what is remembered, among the workspaces',
  'src/proxy/memo/remembering-reply.ts': 'what is remembered, among the workspaces',
  'src/run/inputs/client-identifier.ts': 'the data folder',
  'src/run/inputs/disk-space.ts': 'asks how much room there is, and opens nothing',
  'src/run/doctor/check-kometa.ts': "the user's Kometa",
  'src/run/doctor/check-machine.ts': 'the data folder',
  'src/run/around-kometa/guarded-files.ts': "the user's own files",
  'src/util/package-file.ts': 'our own package: looks for its root, and opens nothing',
  'src/util/process-identity.ts': '/proc',
  'src/run/reuse/remembered.ts': 'what is remembered, among the workspaces',
  'src/run/inputs/usable-folder.ts': 'makes the job folder itself, and nothing in it',
  'src/run/watch/file-states.ts': "looks for changes of the user's files, and keeps hashes alone",
  'src/run/watch/wait-for-change.ts': "waits for changes of the user's files",
  'src/server/connect/check-edit.ts': 'private folders of the studio',
  'src/server/connect/connection.ts': 'private folders of the studio',
  'src/server/connect/folders.ts': 'the allowed folders',
  'src/server/connect/load-config.ts': 'private folders of the studio',
  'src/server/connect/studio-reach.ts': 'asks where the allowed folders lead, and opens nothing',
  'src/server/connect/current-connection.ts': 'private folders of the studio',
  'src/server/http/static-files.ts': 'the web application',
  'src/server/json-file.ts': 'files of the studio in the data folder',
  'src/server/library/index-store.ts': 'the index in the data folder',
  'src/server/pictures/thumbnails.ts': 'the thumbnails of the studio',
  'src/util/files/atomic-file.ts': 'whoever imports it is listed below',
  'src/util/files/durable-folder.ts': 'whoever imports it is listed below',
  'src/util/files/plain-file.ts': 'whoever imports it is listed below',
  'src/util/files/rename.ts': 'whoever imports it is listed below',
}

/** Helpers that take paths, and the files that may use them. */
const pathHelpers: Readonly<Record<string, readonly string[]>> = {
  'atomic-file.ts': [
    'src/config/trust/',
    'src/kometa/',
    'src/run/inputs/client-identifier.ts',
    'src/server/connect/load-config.ts',
    'src/server/json-file.ts',
  ],
  // Creates folders, including the job folder itself, and opens nothing in them.
  'durable-folder.ts': ['src/util/', 'src/run/inputs/usable-folder.ts', 'src/server/jobs/store/job-places.ts'],
  // Reads the user's own files. A source reader gives it only paths outside the job.
  'plain-file.ts': [
    'src/config/',
    'src/kometa/',
    'src/run/watch/file-states.ts',
    'src/server/connect/read-config-text.ts',
  ],
  'rename.ts': [
    'src/util/',
    'src/gate/download.ts',
    'src/kometa/',
    'src/server/library/index-store.ts',
    'src/server/pictures/thumbnails.ts',
  ],
}

/** The functions of node:fs that take no path: they work on what is already open. */
const descriptorCalls = new Set(['closeSync', 'fsyncSync', 'writeSync', 'constants'])

const opensFiles = (source: string): boolean => {
  const imports = source.matchAll(/^import (?!type )([^;']*?) from '(?:node:)?fs(?:\/promises)?'/gm)
  const names = [...imports].flatMap(([, clause = '']) =>
    clause
      .replace(/[{}]/g, '')
      .split(',')
      .map((name) => name.trim()),
  )
  const dynamic = /(?:import|require|getBuiltinModule)\(\s*'(?:node:)?fs(?:\/promises)?'/.test(source)
  return dynamic || names.some((name) => name !== '' && !name.startsWith('type ') && !descriptorCalls.has(name))
}

const imports = (source: string, helper: string): boolean => source.includes(`/${helper}'`)

/** Why a file breaks the rule; null when it does not. */
function objection(path: string, source: string): string | null {
  if (path.startsWith('src/util/beneath/')) return null
  for (const [helper, users] of Object.entries(pathHelpers)) {
    if (imports(source, helper) && !users.some((user) => path.startsWith(user))) return `uses ${helper}`
  }
  if (!opensFiles(source) || path in opensByPath) return null
  const knowsNoJob = roomsWithoutJobs.some((room) => path.startsWith(room)) && !jobPartsOfThoseRooms.includes(path)
  return knowsNoJob ? null : 'opens files by their paths'
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

describe('nothing bypasses the module that opens the content of a job', () => {
  test('every file that opens files by path is listed', () => {
    expect(sources.flatMap((path) => objection(path, read(path))?.concat(': ', path) ?? [])).toEqual([])
  })

  test('the list names only files that do so', () => {
    const idle = Object.keys(opensByPath).filter((path) => !sources.includes(path) || !opensFiles(read(path)))
    expect(idle).toEqual([])
    expect(jobPartsOfThoseRooms.filter((path) => !sources.includes(path))).toEqual([])
  })

  test.each([
    ['src/run/planted.ts', "import { readFile } from 'node:fs/promises'\n"],
    ['src/run/planted.ts', "import {\n  closeSync,\n  openSync,\n} from 'node:fs'\n"],
    ['src/run/planted.ts', "import * as fs from 'node:fs'\n"],
    ['src/run/planted.ts', "import fs from 'fs'\n"],
    ['src/run/planted.ts', "const { readFile } = await import('node:fs/promises')\n"],
    ['src/run/planted.ts', "import { writeFileAtomic } from '../util/atomic-file.ts'\n"],
    ['src/proxy/capture/planted.ts', "import { rm } from 'node:fs/promises'\n"],
    ['src/server/jobs/planted.ts', "import { createReadStream } from 'node:fs'\n"],
    ['src/server/jobs/planted.ts', "import { renameOver } from '../../util/rename.ts'\n"],
    ['src/kometa/log/scrubbed-log.ts', "import { open } from 'node:fs/promises'\n"],
    ['src/util/planted.ts', "import { open } from 'node:fs/promises'\n"],
  ])('%s is caught with %j', (path, source) => expect(objection(path, source)).not.toBeNull())

  test.each([
    ['src/run/planted.ts', "import type { FileHandle } from 'node:fs/promises'\n"],
    ['src/run/planted.ts', "import { closeSync, type Stats, writeSync } from 'node:fs'\n"],
    ['src/config/planted.ts', "import { readFile } from 'node:fs/promises'\n"],
  ])('%s is allowed with %j', (path, source) => expect(objection(path, source)).toBeNull())
})
