import { createHash } from 'node:crypto'
import { isList, isMap, isPlain, type YamlKey, type YamlMap, type YamlValue } from './yaml-value.ts'

/**
 * A YAML value as JSON, so that the results of two YAML readers can be compared: `["m", key, value, ...]` is a
 * mapping, `["l", ...]` a list, `["i", "12"]` an integer, `["f", <IEEE 754 in hex>]` a float, `["x", <as YAML
 * spells it>]` a date or anything else with a tag, and `["*", n]` the n-th mapping or list again, which an alias
 * shares. Text, null, true and false stand for themselves.
 */
type Tree = string | number | boolean | null | readonly Tree[]

/** Kometa treats a file without a mapping as empty. */
const asMapping = (value: YamlValue): YamlMap => (isMap(value) ? value : new Map())

/** The SHA-256 of the value of a file. It is equal for two readers that see the same value. */
export function digestOf(value: YamlValue): string {
  return createHash('sha256')
    .update(treeText(asMapping(value)))
    .digest('hex')
}

/** The tree as Python's json.dumps writes it. */
export function treeText(value: YamlValue): string {
  return JSON.stringify(createTree()(value)).replace(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function createTree(): (value: YamlValue) => Tree {
  const seen = new Map<YamlValue, number>()
  const walk = (value: YamlValue): Tree => {
    if (!isMap(value) && !isList(value)) return scalarTree(value)
    const known = seen.get(value)
    if (known !== undefined) return ['*', known]
    seen.set(value, seen.size)
    if (isList(value)) return ['l', ...value.map(walk)]
    return ['m', ...[...value].flatMap(([key, item]) => [scalarTree(key), walk(item)])]
  }
  return walk
}

function scalarTree(value: YamlKey): Tree {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  const text = isPlain(value) ? value.plain : String(value)
  const digits = text.replaceAll('_', '')
  if (/^[-+]?(?:\d+|0o[0-7]+|0b[01]+|0x[\dA-Fa-f]+)$/.test(digits)) return ['i', integerText(digits)]
  const number = /^[-+]?(?:\d|\.\d)/.test(digits) && !digits.includes('-', 1) ? floatOf(digits) : infinite(digits)
  return number === undefined ? ['x', text] : ['f', hexOf(number)]
}

function integerText(digits: string): string {
  const negative = digits.startsWith('-')
  const number = BigInt(digits.replace(/^[-+]/, '').replace(/^0+(?=\d)/, ''))
  return String(negative ? -number : number)
}

function floatOf(digits: string): number | undefined {
  const number = Number(digits)
  return Number.isNaN(number) ? undefined : number
}

function infinite(text: string): number | undefined {
  const found = /^([-+]?)\.(?:inf|Inf|INF)$/.exec(text)
  if (found) return found[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? Number.NaN : undefined
}

function hexOf(number: number): string {
  if (Number.isNaN(number)) return 'nan'
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(number)
  return bytes.toString('hex')
}

/**
 * The value of a tree that another reader has sent. Mappings and lists that an alias shares become one object
 * again.
 */
export function fromTree(text: string): YamlValue {
  const seen: YamlValue[] = []
  const walk = (tree: Tree): YamlValue => {
    if (typeof tree !== 'object' || tree === null) return tree
    const [tag, ...rest] = tree
    if (tag === '*') return seen[Number(rest[0])] ?? null
    if (tag === 'l') {
      const list: YamlValue[] = []
      seen.push(list)
      for (const item of rest) list.push(walk(item))
      return list
    }
    if (tag !== 'm') return scalarOf(String(tag), String(rest[0]))
    const map = new Map<YamlKey, YamlValue>()
    seen.push(map)
    for (let at = 0; at + 1 < rest.length; at += 2) map.set(keyOf(rest[at] ?? null), walk(rest[at + 1] ?? null))
    return map
  }
  return walk(JSON.parse(text))
}

const keyOf = (tree: Tree): YamlKey =>
  typeof tree !== 'object' || tree === null ? tree : scalarOf(String(tree[0]), String(tree[1]))

function scalarOf(tag: string, text: string): YamlKey {
  if (tag === 'i') return String(Number(text)) === text ? Number(text) : { plain: text }
  if (tag !== 'f') return { plain: text }
  if (text === 'nan') return { plain: '.nan' }
  const number = Buffer.from(text, 'hex').readDoubleBE()
  if (!Number.isFinite(number)) return { plain: number > 0 ? '.inf' : '-.inf' }
  const spelled = String(number)
  if (/[.e]/.test(spelled)) return spelled.includes('e') ? { plain: spelled } : number
  return { plain: Object.is(number, -0) ? '-0.0' : `${spelled}.0` }
}
