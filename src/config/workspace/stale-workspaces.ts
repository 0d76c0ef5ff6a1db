import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { livenessOf, type ProcessIdentity, processIdentitySchema } from '../../util/process-identity.ts'
import { hasErrorCode } from '../../util/unknown-error.ts'

export const workspacePrefix = 'workspace-'
const ownerFile = 'owner.json'
const rendererFile = 'renderer.json'
/** A workspace whose owner cannot be checked (another container, another host) counts as stale after this time. */
const maxUnknownAgeMs = 24 * 60 * 60 * 1000
/** The owner file is written milliseconds after the folder is made. A folder without one is stale after this time. */
const maxWithoutOwnerMs = 10 * 60 * 1000

const fileSchema = z.object({ owner: processIdentitySchema, keep: z.boolean() })

export async function writeOwner(dir: string, owner: ProcessIdentity, keep: boolean): Promise<void> {
  const path = join(dir, ownerFile)
  await writeFile(path, JSON.stringify({ owner, keep }), { flag: 'wx', mode: 0o600 })
  await chmod(path, 0o600)
}

/** Records the renderer that was started in a workspace, for the process that later finds the workspace stale. */
export async function writeRenderer(dir: string, renderer: ProcessIdentity): Promise<void> {
  await writeFile(join(dir, rendererFile), JSON.stringify(renderer), { mode: 0o600 })
}

/**
 * Removes workspaces that a dead process left behind. Kept workspaces (`--keep-workspace`) and those of living
 * processes stay. A renderer that still runs in a stale workspace is ended first. Returns the names of the removed
 * workspaces.
 */
export async function removeStaleWorkspaces(
  parentDir: string,
  endLeftover: (renderer: ProcessIdentity) => Promise<void> = async () => undefined,
): Promise<string[]> {
  const removed: string[] = []
  for (const name of await workspaceNames(parentDir)) {
    const dir = join(parentDir, name)
    if (!(await isStale(dir))) continue
    const renderer = await readJson(join(dir, rendererFile), processIdentitySchema)
    if (renderer) await endLeftover(renderer)
    await rm(dir, { recursive: true, force: true, maxRetries: 3 })
    removed.push(name)
  }
  return removed
}

async function workspaceNames(parentDir: string): Promise<string[]> {
  try {
    const entries = await readdir(parentDir, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory() && entry.name.startsWith(workspacePrefix))
      .map(({ name }) => name)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return []
    throw error
  }
}

async function isStale(dir: string): Promise<boolean> {
  const ageMs = await stat(dir).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  const file = await readJson(join(dir, ownerFile), fileSchema)
  if (!file) return ageMs > maxWithoutOwnerMs
  if (file.keep) return false
  const liveness = await livenessOf(file.owner)
  return liveness === 'dead' || (liveness !== 'alive' && ageMs > maxUnknownAgeMs)
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data
  } catch {
    // The file is not written yet, or a crash tore it: the age of the folder decides.
    return undefined
  }
}
