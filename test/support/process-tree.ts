import { readdirSync, readFileSync } from 'node:fs'

/** The living descendants of a process on Linux; none on other systems. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of processes()) {
    const fields = statFields(Number(name))
    if (fields) parents.set(Number(name), Number(fields[1]))
  }
  const found: number[] = []
  const below = [pid]
  for (let next = below.shift(); next !== undefined; next = below.shift()) {
    for (const [child, parent] of parents) {
      if (parent !== next) continue
      found.push(child)
      below.push(child)
    }
  }
  return found
}

/** Whether a process runs: it exists and is no zombie. */
export function isAlive(pid: number): boolean {
  const fields = statFields(pid)
  if (fields) return fields[0] !== 'Z' && fields[0] !== 'X'
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux'
  } catch {
    // ESRCH: the process has ended.
    return false
  }
}

function processes(): string[] {
  return process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
}

/** The fields behind a process's name in /proc/<pid>/stat: state, parent and so on. */
function statFields(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    // The process has ended in the meantime, or this is not Linux.
    return null
  }
}

/** The process group of a process; 0 if the process has ended. */
export const groupOf = (pid: number): number => Number(statFields(pid)?.[2] ?? 0)

/** The living processes in these groups. */
export function livingGroups(groups: ReadonlySet<number>): number[] {
  return processes()
    .map(Number)
    .filter((pid) => groups.has(groupOf(pid)) && isAlive(pid))
}
