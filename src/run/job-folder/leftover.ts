import { writeRenderer } from '../../config/workspace/stale-workspaces.ts'
import { signalTree } from '../../kometa/process/process-tree.ts'
import { identityOf, isAlive, type ProcessIdentity } from '../../util/process-identity.ts'

/**
 * Writes into the workspace which process Kometa is. On Windows this is the only way to find a Kometa whose tool died.
 * Elsewhere a supervisor ends Kometa with the tool, so that this is needed only if the supervisor was killed as well.
 */
export async function rememberKometa(workspaceDir: string, pid: number | undefined): Promise<void> {
  const identity = pid === undefined ? null : await identityOf(pid)
  if (identity) await writeRenderer(workspaceDir, identity)
}

/** Ends a Kometa whose tool died, if it is certainly the same process. */
export async function endLeftover(renderer: ProcessIdentity): Promise<void> {
  if (await isAlive(renderer)) signalTree(renderer.pid, 'SIGKILL')
}
