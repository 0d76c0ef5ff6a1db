import { spawn } from 'node:child_process'

/**
 * Signals a whole process group: Kometa works in a pool child that outlives its parent (kometa.py:372-374).
 * The leader must have been started detached. Windows has no groups and no SIGTERM: there the tree is ended by force.
 */
export function signalTree(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    endTreeOnWindows(pid)
    return
  }
  try {
    process.kill(-pid, signal)
  } catch (error) {
    // Nobody is left in the group (ESRCH), or only zombies of which macOS says EPERM.
    if (!isCode(error, 'ESRCH') && !isCode(error, 'EPERM')) throw error
  }
}

function endTreeOnWindows(pid: number): void {
  const child = spawn('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
  // Without taskkill the leader alone can be ended.
  child.once('error', () => {
    try {
      process.kill(pid)
    } catch (error) {
      // It has ended by itself meanwhile.
      if (!isCode(error, 'ESRCH')) throw error
    }
  })
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
