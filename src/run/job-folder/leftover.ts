import { writeRenderer } from '../../config/workspace/stale-workspaces.ts'
import { signalTree } from '../../kometa/process/process-tree.ts'
import { identityOf, isAlive, type ProcessIdentity } from '../../util/process-identity.ts'

/**
 * Notes which process Kometa is in the workspace that it runs in. Where a supervisor ends it with the tool this is never
 * needed, unless somebody killed that one too; on Windows it is the only way.
 */
export async function rememberKometa(workspaceDir: string, pid: number | undefined): Promise<void> {
  const identity = pid === undefined ? null : await identityOf(pid)
  if (identity) await writeRenderer(workspaceDir, identity)
}

/** Ends a Kometa whose tool died, if it is certain that it is the very same process. */
export async function endLeftover(renderer: ProcessIdentity): Promise<void> {
  if (await isAlive(renderer)) signalTree(renderer.pid, 'SIGKILL')
}
