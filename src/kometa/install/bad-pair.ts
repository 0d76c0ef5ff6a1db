import { AppError } from '../../contract/errors.ts'

/** From this version on, Python starts worker processes by forkserver, which drops the command line. */
const firstForkserver = [3, 14] as const
/** From this version on, Kometa asks for `fork` by name. */
const firstPinned = [2, 5] as const

/** The Python versions that a Kometa version works with, in the notation of pip and uv. */
export const pythonRange = (kometa: string): string =>
  isBefore(kometa, firstPinned) ? `>=3.10,<${firstForkserver.join('.')}` : '>=3.10'

/** Whether this Kometa would lose its arguments with this Python and run the user's own config.yml instead of ours. */
export const losesArguments = (python: string, kometa: string): boolean =>
  !isBefore(python, firstForkserver) && isBefore(kometa, firstPinned)

/** Throws KOMETA_REQUIREMENTS for such a pair. `where` names the interpreter, `hint` says what to do about it. */
export function refuseBadPair(pair: { python: string; kometa: string; where: string; hint?: string }): void {
  const { python, kometa, where, hint } = pair
  if (!losesArguments(python, kometa)) return
  throw new AppError(
    'KOMETA_REQUIREMENTS',
    `Kometa ${kometa} loses its arguments on Python ${python} (${where}) and would run your own config.yml.`,
    {
      hint:
        hint ??
        `Use Kometa ${firstPinned.join('.')} or newer, or Python 3.10 to 3.13: ` +
          '--python PATH, or "kometa-preview setup".',
    },
  )
}

function isBefore(version: string, [major, minor]: readonly [number, number]): boolean {
  const [, given = '', next = ''] = /^(\d+)\.(\d+)/.exec(version) ?? []
  return Number(given) < major || (Number(given) === major && Number(next) < minor)
}
