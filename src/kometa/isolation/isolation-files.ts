import { readFile } from 'node:fs/promises'
import { isWithin } from '../../util/files/is-within.ts'
import type { GuardedFiles, UnguardedFiles } from '../process/supervisor-messages.ts'

/** Mounts each folder on itself, so that it has a mount of its own; names those that cannot be. */
const mountScript = `for p do mount -n --rbind "$p" "$p" 2>/dev/null || printf '%s\\n' "$p"; done`
/** The first word says how many paths are made read-only; the others are files and sockets, which are hidden where they are there. */
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

/** Runs as root of a mount namespace of its own, from which nothing gets outside; Kometa in it has no right to undo it. */
export async function guardFiles({ hide, readOnly, writable }: GuardedFiles, run: Run): Promise<UnguardedFiles> {
  // Before the folder that it lies in: it keeps a mount of its own, and that one stays writable.
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

/** Of this namespace, each once. */
async function mountPoints(): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8')
  const paths = text.split('\n').flatMap((line) => line.split(' ')[4] ?? [])
  // Blanks and the like are octal numbers there.
  return [...new Set(paths.map((path) => path.replace(/\\([0-7]{3})/g, (_all, digits) => octal(digits))))]
}

const octal = (digits: string): string => String.fromCharCode(Number.parseInt(digits, 8))

const lines = async (output: Promise<string>): Promise<string[]> =>
  (await output).split('\n').filter((line) => line !== '')
