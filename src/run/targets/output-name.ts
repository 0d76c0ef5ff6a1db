import { AppError } from '../../contract/errors.ts'
import { trimEndOf } from '../../util/trim-end.ts'
import { isReservedName } from './safe-name.ts'

/** Longest stem, in characters: with an extension it fits every file system. */
const maxStemLength = 120
/** Names that the output folder uses itself. */
const ownNames = new Set(['summary', 'ledger', 'plan', 'report', 'by_ratingkey', 'captured_requests', 'certificate'])

export interface OutputNameSource {
  id: string
  /** `output` of preview.yml: a path of any system. Only its stem counts. */
  output?: string | undefined
}

/**
 * The file name, without extension, of a target's after picture: the stem of its `output`, or `<id>_after`. It is never
 * a path, never hidden and never a name that the output folder uses itself.
 */
export function outputStem({ id, output }: OutputNameSource): string {
  const fallback = `${id}_after`
  if (!output) return fallback
  // preview.yml may come from another system, so both kinds of slash separate folders.
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

/** The targets with their stems. TARGET_ID_DUPLICATE if two of them would write one file; case does not count. */
export function withOutputStems<T extends OutputNameSource>(targets: readonly T[]): (T & { outputStem: string })[] {
  const owners = new Map<string, string>()
  return targets.map((target) => {
    const stem = outputStem(target)
    const key = stem.toLowerCase()
    const owner = owners.get(key)
    if (owner !== undefined) {
      const problem = `the targets "${owner}" and "${target.id}" have the same output, "${stem}"`
      throw new AppError('TARGET_ID_DUPLICATE', problem, { hint: 'Give each target an output of its own, or none.' })
    }
    owners.set(key, target.id)
    return { ...target, outputStem: stem }
  })
}
