import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findDefinitionFaults } from '../../src/config/overlays/definition-faults/find-definition-faults.ts'
import { checkLibraries } from '../../src/config/overlays/overlay-check.ts'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { realRunNotes } from '../../src/config/run-config/real-run/real-run-notes.ts'
import { makeRunConfig } from '../../src/config/run-config/run-config.ts'
import { listUsedFiles } from '../../src/config/workspace/used-files.ts'
import { findUserCache } from '../../src/config/workspace/user-cache.ts'
import { createWorkspace } from '../../src/config/workspace/workspace.ts'
import { findMounts } from '../../src/kometa/docker/docker-mounts.ts'
import { createStudioReach } from '../../src/server/connect/studio-reach.ts'
import { ownIdentity } from '../../src/util/process-identity.ts'

/**
 * Does everything that happens to the paths of a pasted config before Kometa starts. A test watches its system calls.
 */
const [dir = ''] = process.argv.slice(2)
const jobDir = join(dir, 'data', 'jobs', 'one')
const kometaDir = join(dir, 'Kometa')
const env = { PATH: process.env.PATH }
const reachOf = createStudioReach({ allowedFolders: [join(dir, 'allowed')], dataDir: join(dir, 'data'), env })
const config = await loadJobConfig({ kind: 'job', jobDir }, { env, kometaDir, reach: await reachOf(jobDir, kometaDir) })
const libraries = config.libraries.map(({ mappingName }) => mappingName)
const warnings = await checkLibraries(config, { libraries, kometaDir, env })
for (const library of config.libraries) await findDefinitionFaults(config, library, { kometaDir, env })
await realRunNotes(config, { libraries, kometaDir, targets: new Map() })
await listUsedFiles(config, kometaDir)
await findUserCache(config)
const proxies = config.servers.map(() => ({ url: 'http://127.0.0.1:1', token: 'preview' }))
const { text } = makeRunConfig(config, { libraries, proxies })
await using workspace = await createWorkspace(config, {
  runConfigText: text,
  ratingKeysByLibrary: new Map(libraries.map((name) => [name, ['101']])),
  parentDir: join(dir, 'data', 'workspaces'),
  owner: await ownIdentity(),
  userHome: join(dir, 'home'),
})
const emptyFile = join(workspace.dir, 'empty')
const mounts = await findMounts({ config, workspaceDir: workspace.dir, files: [], emptyFile })
process.stdout.write(
  JSON.stringify({
    warnings,
    mounts: mounts.map(({ target }) => target),
    text,
    own: readFileSync(join(dir, 'mark'), 'utf8'),
  }),
)
