import { join } from 'node:path'
import { readKometaEnv } from '../../config/read/environment/kometa-env.ts'
import type { Checkout, Launch } from '../../kometa/launch/launch-order.ts'
import { kometaVariables } from '../../kometa/process/arguments.ts'
import { ownIdentity } from '../../util/process-identity.ts'
import type { JobRequest } from '../inputs/request.ts'
import type { Job } from '../job.ts'
import type { KometasShared } from './kometa-order.ts'
import type { PreparedKometa } from './prepare-kometa.ts'

/** Finds out how a prepared Kometa is started: as a process of this machine, or in a container. */
export async function launchKometa(job: Job, { gate }: KometasShared, prepared: PreparedKometa): Promise<Launch> {
  const { request } = job.input
  const { config, renderer, env } = request
  const { workspace, trustEnv } = prepared
  const kometaEnv = await readKometaEnv({ env, ...(renderer.dir === null ? {} : { kometaDir: renderer.dir }) })
  return job.guard.runner.launch({
    command: renderer.command,
    args: (dir) => renderer.args(workspace.configPath, dir),
    checkout: checkoutOf(request),
    ...{ workspace, config, owner: await ownIdentity() },
    userEnv: kometaEnv.env,
    extraEnv: { ...kometaVariables(workspace.configPath), ...renderer.env, ...gate.env, ...trustEnv },
  })
}

/** The user's Kometa, if it is on this machine. */
function checkoutOf({ renderer, dataDir }: JobRequest): Checkout | null {
  if (renderer.dir === null) return null
  return { dir: renderer.dir, bytecodeDir: join(dataDir, 'bytecode'), askPython: renderer.askPython }
}
