import { readFile } from 'node:fs/promises'
import { isWithin } from '../../util/files/is-within.ts'
import type { GuardedFiles, UnguardedFiles } from '../process/supervisor-messages.ts'

/** Bind-mounts each folder on itself, so that it is a mount point, and prints the folders for which this fails. */
const mountScript = `for p do mount -n --rbind "$p" "$p" 2>/dev/null || printf '%s\\n' "$p"; done`
/** Remounts the first $1 paths read-only, and hides the remaining files and sockets, if they exist. */
const guardScript = `
n=$1; shift
for p do
  if [ "$n" -gt 0 ]; then
    n=$((n - 1))
    mount -n -o remount,bind,ro "$p" 2>/dev/null || printf 'ro %s\\n' "$p"
  else
    [ -S "$p" ] || [ -f "$p" ] || continue
    mount -n --bind /dev/null "$p" 2>/dev/null || printf 'hide %s\\n' "$p"
  fi
done`

type Run = (command: string, args: string[]) => Promise<string>

/**
 * Runs as root of its own mount namespace, whose mounts are not visible outside. Kometa in it has no right to undo
 * them.
 */
export async function guardFiles({ hide, readOnly, writable }: GuardedFiles, run: Run): Promise<UnguardedFiles> {
  // Comes before the folder that contains it: as a mount of its own, it stays writable.
  const inside = readOnly.some((folder) => isWithin(writable, folder))
  const unmounted = await lines(run('sh', ['-c', mountScript, 'sh', ...(inside ? [writable] : []), ...readOnly]))
  const mounts = await mountPoints()
  const closed = mounts.filter(
    (path) => readOnly.some((folder) => isWithin(path, folder)) && !(inside && isWithin(path, writable)),
  )
  const said = await lines(
    run('sh', ['-c', guardScript, 'sh', String(closed.length), ...closed, ...hide.files, ...hide.sockets]),
  )
  const failed = (what: string) => said.flatMap((line) => (line.startsWith(what) ? [line.slice(what.length)] : []))
  const seen = new Set(failed('hide '))
  const left = (paths: readonly string[]) => paths.filter((path) => seen.has(path))
  return {
    notHidden: { files: left(hide.files), sockets: left(hide.sockets) },
    notReadOnly: [...unmounted, ...failed('ro ')],
  }
}

/** The mount points of this namespace, each one once. */
async function mountPoints(): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8')
  const paths = text.split('\n').flatMap((line) => line.split(' ')[4] ?? [])
  // mountinfo writes blanks and similar characters as octal numbers.
  return [...new Set(paths.map((path) => path.replace(/\\([0-7]{3})/g, (_all, digits) => octal(digits))))]
}

const octal = (digits: string): string => String.fromCharCode(Number.parseInt(digits, 8))

const lines = async (output: Promise<string>): Promise<string[]> =>
  (await output).split('\n').filter((line) => line !== '')
