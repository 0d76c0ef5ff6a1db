import { AppError } from '../../contract/errors.ts'
import { NotPlain, readPlainFile, TooLarge } from '../../util/files/plain-file.ts'
import { errorCodeOf } from '../../util/unknown-error.ts'
import { explainFault } from './explain-fault.ts'
import { readOwn } from './own-reading.ts'
import type { YamlValue } from './yaml-value.ts'

export const maxYamlBytes = 4 * 1024 * 1024

/**
 * Reads a YAML file of at most 4 MiB. Throws CONFIG_UNREADABLE, or CONFIG_INVALID_YAML with one line that names
 * file, line and column.
 */
export async function readYamlFile(path: string): Promise<YamlValue> {
  return parseYaml(decodeText(await readYamlBytes(path), path), path)
}

/**
 * Reads the bytes of a YAML file, by its path or by `read`. Throws CONFIG_UNREADABLE, or CONFIG_INVALID_YAML for a
 * file of more than 4 MiB.
 */
export async function readYamlBytes(
  path: string,
  read: () => Promise<Buffer> = () => readPlainFile(path, maxYamlBytes),
): Promise<Buffer> {
  try {
    return await read()
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    if (cause instanceof NotPlain) throw new AppError('CONFIG_UNREADABLE', `${path} is not a file`)
    if (cause instanceof TooLarge) throw tooLarge(path)
    const code = errorCodeOf(cause) || 'unknown error'
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'no permission' : code
    throw new AppError('CONFIG_UNREADABLE', `Cannot read ${path}: ${why}`, { cause })
  }
}

/** Throws CONFIG_INVALID_YAML if the bytes are not UTF-8. */
export function decodeText(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new AppError('CONFIG_INVALID_YAML', `${name} is not UTF-8 text`, { cause })
  }
}

/** Parses a text as Kometa's ruamel.yaml does, as far as we can know without it. Errors call the text `name`. */
export function parseYaml(text: string, name: string): YamlValue {
  if (Buffer.byteLength(text) > maxYamlBytes) throw tooLarge(name)
  const reading = readOwn(text)
  if ('fault' in reading) throw explainFault(text, name, reading.fault)
  return reading.value
}

const tooLarge = (name: string) => new AppError('CONFIG_INVALID_YAML', `${name} is larger than 4 MiB`)
