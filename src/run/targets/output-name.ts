import { AppError } from '../../contract/errors.ts'
import { trimEndOf } from '../../util/trim-end.ts'
import { isReservedName } from './safe-name.ts'

/** Longest stem, in characters: with an extension it fits any file system. */
const maxStemLength = 120
/** What else stands in the job's output folder. */
const ownNames = new Set(['summary', 'ledger', 'plan', 'report', 'by_ratingkey', 'captured_requests', 'certificate'])

export interface OutputNameSource {
  id: string
  /** `output` of preview.yml: a path of any system, of which only the stem counts. */
  output?: string | undefined
}

/**
 * The file name, without extension, of a target's after picture: the stem of its `output`, else `<id>_after`.
 * Never a path, never hidden, never a name that the output folder uses itself.
 */
export function outputStem({ id, output }: OutputNameSource): string {
  const fallback = `${id}_after`
  if (!output) return fallback
  // preview.yml may come from another system: both kinds of slash part a path.
  const name = output.split(/[\\/]/).at(-1) ?? ''
  const words = name
    .replace(/\.[a-z][a-z0-9]{0,4}$/i, '')
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it must find
    .replace(/[\u0000-\u001f\u007f<>:"|?*]+/g, '_')
    .replace(/^[.\s]+/, '')
  const stem = trimEndOf(trimEndOf(words, /[.\s]/).slice(0, maxStemLength), /[.\s]/)
  if (stem === '') return fallback
  return isReservedName(stem) || ownNames.has(stem.toLowerCase()) ? `${stem}_after` : stem
}

/** Each target's stem by its id. TARGET_ID_DUPLICATE when two targets would write one file, case not counting. */
export function outputStems(targets: readonly OutputNameSource[]): Map<string, string> {
  const stems = new Map<string, string>()
  const owners = new Map<string, string>()
  for (const target of targets) {
    const stem = outputStem(target)
    const key = stem.toLowerCase()
    const owner = owners.get(key)
    if (owner !== undefined) {
      throw new AppError(
        'TARGET_ID_DUPLICATE',
        `the targets "${owner}" and "${target.id}" have one output, "${stem}"`,
        {
          hint: 'Give each target an output of its own, or none.',
        },
      )
    }
    owners.set(key, target.id)
    stems.set(target.id, stem)
  }
  return stems
}
