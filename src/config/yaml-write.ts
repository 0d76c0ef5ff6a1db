import { isSafeUnquoted } from './yaml-scalar.ts'
import { isList, isMap, isPlain, type YamlKey, type YamlValue } from './yaml-value.ts'

/** ruamel.yaml takes a key as a plain `key:` only up to 1,024 characters. */
const maxSimpleKeyChars = 500

/** Block YAML that ruamel.yaml reads back as exactly these values. */
export function writeYaml(value: YamlValue): string {
  return `${block(value, '').replace(/^\n/, '')}\n`
}

function block(value: YamlValue, indent: string): string {
  if (isMap(value)) {
    if (value.size === 0) return ' {}'
    return [...value]
      .map(([key, item]) => {
        const name = scalar(key)
        if (name.length > maxSimpleKeyChars) return `\n${indent}? ${name}\n${indent}:${block(item, `${indent}  `)}`
        return `\n${indent}${name}:${block(item, `${indent}  `)}`
      })
      .join('')
  }
  if (isList(value)) {
    if (value.length === 0) return ' []'
    return value.map((item) => `\n${indent}-${block(item, `${indent}  `)}`).join('')
  }
  return value === null ? '' : ` ${scalar(value)}`
}

function scalar(value: YamlKey): string {
  if (value === null) return 'null'
  if (isPlain(value)) return value.plain
  if (typeof value !== 'string') return String(value)
  return isSafeUnquoted(value) ? value : quoted(value)
}

/** Double quotes with the escapes that JSON and YAML share; what ruamel.yaml calls not printable is escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
