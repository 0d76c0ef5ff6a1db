import { isSafeUnquoted } from './yaml-scalar.ts'
import { isList, isMap, isPlain, type YamlKey, type YamlValue } from './yaml-value.ts'

/** ruamel.yaml accepts a plain `key:` only up to 1,024 characters. */
const maxSimpleKeyChars = 500

/**
 * Writes block YAML that ruamel.yaml reads back as exactly these values. A mapping or list that is shared gets an
 * anchor, as in the user's file, since Kometa changes some of them and the change then shows everywhere.
 */
export function writeYaml(value: YamlValue): string {
  return `${createWriter(value)(value, '').replace(/^\n/, '')}\n`
}

function createWriter(root: YamlValue): (value: YamlValue, indent: string) => string {
  const shared = findShared(root)
  const anchors = new Map<YamlValue, string>()
  let names = 0

  function block(value: YamlValue, indent: string): string {
    if (!isMap(value) && !isList(value)) return value === null ? '' : ` ${scalar(value)}`
    const known = anchors.get(value)
    if (known !== undefined) return ` *${known}`
    if (!shared.has(value)) return inner(value, indent)
    names += 1
    anchors.set(value, `s${names}`)
    return ` &s${names}${inner(value, indent)}`
  }

  function inner(value: YamlValue, indent: string): string {
    if (isList(value)) {
      if (value.length === 0) return ' []'
      return value.map((item) => `\n${indent}-${block(item, `${indent}  `)}`).join('')
    }
    if (!isMap(value)) return ''
    if (value.size === 0) return ' {}'
    return [...value]
      .map(([key, item]) => {
        const name = scalar(key)
        if (name.length > maxSimpleKeyChars) return `\n${indent}? ${name}\n${indent}:${block(item, `${indent}  `)}`
        return `\n${indent}${name}:${block(item, `${indent}  `)}`
      })
      .join('')
  }

  function scalar(value: YamlKey): string {
    if (value === null) return 'null'
    if (isPlain(value)) {
      if (!value.plain.startsWith('&')) return value.plain
      names += 1
      return value.plain.replace(/^&\S+/, `&s${names}`)
    }
    if (typeof value !== 'string') return String(value)
    return isSafeUnquoted(value) ? value : quoted(value)
  }
  return block
}

/** Mappings and lists that appear more than once. */
function findShared(root: YamlValue): Set<YamlValue> {
  const seen = new Set<YamlValue>()
  const shared = new Set<YamlValue>()
  const walk = (value: YamlValue): void => {
    if (!isMap(value) && !isList(value)) return
    if (seen.has(value)) {
      shared.add(value)
      return
    }
    seen.add(value)
    for (const item of isMap(value) ? value.values() : value) walk(item)
  }
  walk(root)
  return shared
}

/**
 * Double quotes with the escapes that JSON and YAML share. Characters that ruamel.yaml calls not printable are
 * escaped.
 */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
