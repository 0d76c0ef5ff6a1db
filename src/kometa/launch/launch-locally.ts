import { join } from 'node:path'
import { defaultConfigName } from '../../config/workspace/default-config.ts'
import { messageOf } from '../../util/unknown-error.ts'
import { kometaEnvironment } from '../process/environment.ts'
import { keepInReach } from '../reach/keep-in-reach.ts'
import { linkBytecode } from './bytecode.ts'
import type { Checkout, Launch, LaunchOrder } from './launch-order.ts'
import { mirrorCheckout } from './mirror-checkout.ts'

/** Starts Kometa as a process of this machine, from a mirror of the user's checkout whose config folder is ours. */
export async function launchLocally(order: LaunchOrder): Promise<Launch> {
  const { command, workspace, checkout } = order
  const { kometaDir, defaultConfigDir } = workspace
  const compiled = checkout === null ? Promise.resolve([]) : compileAhead(await prepareCode(order, checkout))
  const guard = await guardOf(order)
  const extra = { ...order.extraEnv, ...guard?.env }
  const env = kometaEnvironment(order.userEnv, { home: workspace.home, python: command, extra })
  await guard?.assertLoaded(command, { cwd: workspace.cwd, env })
  return {
    command,
    args: [...order.args(checkout === null ? null : kometaDir)],
    cwd: workspace.cwd,
    env,
    runConfigs: [workspace.configPath, join(defaultConfigDir, defaultConfigName)],
    end: () => compiled,
    [Symbol.asyncDispose]: async () => {
      await compiled
    },
  }
}

/** null when the config may read everything, and for the sample renderer, which opens no file that a config names. */
async function guardOf({ config, workspace, checkout, extraEnv, userEnv }: LaunchOrder) {
  const { areas } = config.reach
  if (areas === null || checkout === null) return null
  return keepInReach(areas, workspace, checkout, extraEnv.PYTHONPATH ?? userEnv.PYTHONPATH)
}

async function prepareCode(
  { command, workspace }: LaunchOrder,
  { dir, bytecodeDir, askPython }: Checkout,
): Promise<{ compiling: Promise<void> }> {
  const mirror = await mirrorCheckout(dir, workspace.kometaDir)
  if (askPython === undefined) return { compiling: Promise.resolve() }
  return linkBytecode({ dir: workspace.kometaDir, mirror, folder: bytecodeDir, python: command, askPython })
}

/** Returns a message for each failure; never rejects. */
async function compileAhead({ compiling }: { compiling: Promise<void> }): Promise<string[]> {
  return compiling.then(
    () => [],
    (error: unknown) => [
      `Kometa's modules could not be compiled in advance, so Kometa starts more slowly: ${messageOf(error)}`,
    ],
  )
}
