import type { YamlKey } from './yaml-value.ts'

/**
 * The patterns of ruamel.yaml's resolver for plain scalars of YAML 1.2 (its resolver.py). They differ from the YAML
 * core schema: 1_000, 0b1, dates.
 */
const bool = /^(?:true|True|TRUE|false|False|FALSE)$/
const empty = /^(?:~|null|Null|NULL|)$/
const int = /^(?:[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+)$/
const float =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const date =
  /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/

/** The value that Kometa reads from an unquoted scalar. */
export function readPlainScalar(source: string): YamlKey {
  if (empty.test(source)) return null
  if (bool.test(source)) return source.toLowerCase() === 'true'
  // The resolver looks at the first character first, so `_1` is text although the pattern for numbers matches it.
  if ((int.test(source) && /^[-+0-9]/.test(source) && /[0-9]/.test(source)) || float.test(source)) {
    const number = Number(source)
    return String(number) === source && Number.isFinite(number) ? number : { plain: source }
  }
  return date.test(source) ? { plain: source } : source
}

/** Whether ruamel.yaml and any other YAML reader read the unquoted string back as the same string. */
export function isSafeUnquoted(text: string): boolean {
  return (
    /^[A-Za-z_/](?:[\w ./-]*[\w/.-])?$/.test(text) &&
    typeof readPlainScalar(text) === 'string' &&
    // YAML 1.1 readers take these words for booleans.
    !/^(?:y|yes|n|no|on|off)$/i.test(text)
  )
}
