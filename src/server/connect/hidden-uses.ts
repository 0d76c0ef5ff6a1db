import { ownSecretPrefix } from '../../config/read/environment/secrets.ts'
import { namedMark, namesOurs, type SecretUse, secretUses } from '../../config/trust/secret-uses.ts'
import { parseYaml } from '../../config/yaml/yaml-read.ts'
import type { YamlValue } from '../../config/yaml/yaml-value.ts'
import { secretMask } from '../../contract/api/api-connect.ts'
import { AppError } from '../../contract/errors.ts'
import type { MaskedConfig } from './mask-config.ts'

/** What was edited: its hidden secrets and where they stood. */
export interface HiddenBefore {
  /** Secrets masked. */
  text: string
  /** The number that a mask of the edited text has in `text`; one that is not here stands for nothing. */
  numbers: ReadonlyMap<number, number>
}

/** Of a config whose edit has the very same masks. */
export const hiddenIn = ({ text, masks }: Pick<MaskedConfig, 'text' | 'masks'>): HiddenBefore => {
  return { text, numbers: new Map(masks.map(({ number }) => [number, number])) }
}

export interface HiddenProblem {
  path: readonly string[]
  message: string
}

/**
 * What in an edit would take a hidden secret somewhere new: to another place, or to another address of its service. Both texts
 * are compared as they are meant, after aliases, merges and inheritance. Hidden is what is masked, and what a name stands for.
 */
export function hiddenProblems(edited: string, before: HiddenBefore): HiddenProblem[] {
  const after = read(edited)
  // A broken edit is not used, and its own errors are told.
  if (after === null) return []
  const original = read(before.text)
  const known = new Set(
    secretUses(original?.value ?? null, (text, path) => mark(text, path, (number) => number)).map(({ id }) => id),
  )
  const uses = secretUses(after.value, (text, path) => mark(text, path, (mask) => before.numbers.get(mask)))
  return uses
    .filter(({ id }) => !known.has(id))
    .map((use) => ({ path: use.path, message: original === null ? unread : messageFor(use) }))
}

const anyMask = new RegExp(`${secretMask}(\\d*)`, 'g')

/** Each hidden secret by a name of its own; a mask that stands for nothing has a name that none in the original has. */
function mark(text: string, path: readonly string[], numberOf: (mask: number) => number | undefined): string | null {
  if (!text.includes(secretMask)) return namedMark(text, path)
  return text.replace(anyMask, (_whole, digits: string) => {
    const number = digits === '' ? undefined : numberOf(Number(digits))
    return `${secretMask}${number ?? `?${digits}`}`
  })
}

export const isReadable = (text: string): boolean => read(text) !== null

function read(text: string): { value: YamlValue } | null {
  try {
    return { value: parseYaml(text, 'config') }
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

function messageFor({ id, what }: SecretUse): string {
  if (namesOurs(id)) return 'This name is one of Kometa Preview: type the secret.'
  if (id.includes(`${secretMask}?`)) return 'This stands for no secret of the config: type it.'
  if (what === 'addresses')
    return 'The address beside it is a new one: type the secret for it. A hidden one is not sent there.'
  return id.includes(secretMask)
    ? 'A hidden secret counts only where it stood: type it here.'
    : 'A name stands for a secret only where it stood: type the secret here, or name it in the file itself and connect that.'
}

const unread =
  'The config could not be read when it was connected, so its secrets are not put back: correct it, then connect it again.'

/** A name that the studio gives to secrets, in a text that is not the studio's, would stand for another secret than was meant. */
export function refuseOurNames(text: string): void {
  if (!namesOurs(text)) return
  throw new AppError('CONFIG_INVALID', `"<<${ownSecretPrefix}...>>" is a name of Kometa Preview's own`, {
    hint: 'Type the secret itself in its place.',
  })
}
