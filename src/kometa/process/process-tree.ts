import { spawn } from 'node:child_process'
import { hasErrorCode } from '../../util/unknown-error.ts'

/**
 * Signals a whole process group, because Kometa works in a pool process that outlives its parent (kometa.py:372-374).
 * The leader must have been started detached. Windows has no groups and no SIGTERM; there, the tree is ended by force.
 */
export function signalTree(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    endTreeOnWindows(pid)
    return
  }
  try {
    process.kill(-pid, signal)
  } catch (error) {
    // The group is empty (ESRCH), or on macOS only zombies are left (EPERM).
    if (!hasErrorCode(error, 'ESRCH') && !hasErrorCode(error, 'EPERM')) throw error
  }
}

function endTreeOnWindows(pid: number): void {
  const child = spawn('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
  // Without taskkill, only the leader can be ended.
  child.once('error', () => {
    try {
      process.kill(pid)
    } catch (error) {
      // The process ended by itself in the meantime.
      if (!hasErrorCode(error, 'ESRCH')) throw error
    }
  })
}
