import { ownSecretPrefix } from '../../../config/read/environment/secrets.ts'
import { namedMark, namesOurs, type SecretUse, secretUses } from '../../../config/trust/secret-uses.ts'
import { parseYaml } from '../../../config/yaml/yaml-read.ts'
import type { YamlValue } from '../../../config/yaml/yaml-value.ts'
import { secretMask } from '../../../contract/api/api-connect.ts'
import { AppError } from '../../../contract/errors.ts'
import type { MaskedConfig } from './mask-config.ts'

/** The config before an edit: its hidden secrets, and where they were. */
export interface HiddenBefore {
  /** Secrets masked. */
  text: string
  /**
   * The number of each mask in the edited text -> its number in `text`. A mask that is not here stands for no secret.
   */
  numbers: ReadonlyMap<number, number>
}

/** For a config whose edit has the same masks. */
export const hiddenIn = ({ text, masks }: Pick<MaskedConfig, 'text' | 'masks'>): HiddenBefore => {
  return { text, numbers: new Map(masks.map(({ number }) => [number, number])) }
}

export interface HiddenProblem {
  path: readonly string[]
  message: string
}

/**
 * The places where an edit would send a hidden secret somewhere new: to another key, or to another address of its
 * service. Both texts are compared after aliases, merges and inheritance. Masks and `<<names>>` both hide secrets.
 */
export function hiddenProblems(edited: string, before: HiddenBefore): HiddenProblem[] {
  const after = read(edited)
  // An edit that cannot be read is not used, and has problems of its own.
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

/** Gives each hidden secret a name. The name for a mask without a secret is one that the original does not have. */
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
  if (namesOurs(id)) return 'Kometa Preview uses this name itself: type the secret.'
  if (id.includes(`${secretMask}?`)) return 'This mask stands for no secret of the config: type the secret.'
  if (what === 'addresses')
    return 'The address beside it is new, and a hidden secret is not sent to a new address: type the secret.'
  return id.includes(secretMask)
    ? 'A hidden secret can be used only where it was: type it here.'
    : 'A name stands for a secret only where it was: type the secret here, or write the name into the file.'
}

const unread =
  'The config could not be read when it was connected, so its secrets cannot be used: correct it, then connect it ' +
  'again.'

/**
 * In a text of the user, a name that the studio gives to secrets would stand for a secret that the user does not mean.
 */
export function refuseOurNames(text: string): void {
  if (!namesOurs(text)) return
  throw new AppError('CONFIG_INVALID', `"<<${ownSecretPrefix}...>>" is a name that only Kometa Preview may use`, {
    hint: 'Type the secret in its place.',
  })
}
