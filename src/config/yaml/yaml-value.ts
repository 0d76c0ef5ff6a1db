/**
 * A YAML value as Kometa's ruamel.yaml sees it. Maps keep their order and the type of their keys. A scalar whose
 * spelling carries its type (1.0, 0x1F, 2024-01-01) keeps its spelling, so that Kometa reads it back unchanged.
 */
export type YamlValue = string | number | boolean | null | PlainScalar | YamlList | YamlMap
export type YamlKey = string | number | boolean | null | PlainScalar
export type YamlList = readonly YamlValue[]
/** Keys are compared as in JavaScript, so look them up by string. A Map has no prototype to pollute. */
export type YamlMap = ReadonlyMap<YamlKey, YamlValue>
/** A number or date that JavaScript would spell differently. */
export interface PlainScalar {
  readonly plain: string
}

export const isMap = (value: YamlValue | undefined): value is YamlMap => value instanceof Map
export const isList = (value: YamlValue | undefined): value is YamlList => Array.isArray(value)
export const isPlain = (value: YamlValue | undefined): value is PlainScalar =>
  typeof value === 'object' && value !== null && 'plain' in value

/** The value under these keys, or undefined if there is no map or no such key. */
export function get(value: YamlValue | undefined, ...keys: string[]): YamlValue | undefined {
  let current = value
  for (const key of keys) current = isMap(current) ? current.get(key) : undefined
  return current
}

export function getMap(value: YamlValue | undefined, ...keys: string[]): YamlMap {
  const found = get(value, ...keys)
  return isMap(found) ? found : new Map()
}

/** The text that Python's `str()` makes of a scalar, as Kometa does with library names. Maps and lists give ''. */
export function textOf(value: YamlValue | undefined): string {
  if (value === undefined || isMap(value) || isList(value)) return ''
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  return isPlain(value) ? plainText(value.plain) : String(value)
}

/** Python prints `0x1F` as 31 and `1_000` as 1000. It prints dates and floats mostly as they are written. */
function plainText(source: string): string {
  const number = /^[-+]?(?:\d[\d_]*|0[xob][\dA-Fa-f_]+)$/.test(source) ? numberOf({ plain: source }) : undefined
  return number === undefined || !Number.isSafeInteger(number) ? source : String(number)
}

/** The number that a scalar means, or undefined for anything else. */
export function numberOf(value: YamlValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (!isPlain(value)) return undefined
  const source = value.plain.replaceAll('_', '')
  const sign = source.startsWith('-') ? -1 : 1
  const digits = source.replace(/^[-+]/, '')
  const number = /^0[xob]/.test(digits) ? Number(digits) : Number.parseFloat(digits)
  return /^[-+]?[\d.]/.test(source) && !source.includes('-', 1) && Number.isFinite(number) ? sign * number : undefined
}

/** Converts to plain objects and arrays for zod. The objects have no prototype. */
export function toPlain(value: YamlValue): unknown {
  if (isMap(value)) {
    const object: Record<string, unknown> = Object.create(null)
    for (const [key, item] of value) object[textOf(key)] = toPlain(item)
    return object
  }
  if (isList(value)) return value.map(toPlain)
  return isPlain(value) ? value.plain : value
}

/** Converts plain data to YAML values. Keys without a value are left out. */
export function fromPlain(value: unknown): YamlValue {
  if (Array.isArray(value)) return value.map(fromPlain)
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    return new Map(entries.map(([key, item]) => [key, fromPlain(item)]))
  }
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return isScalar ? value : null
}

/** Calls `visit` for each scalar, with the keys that lead to it. */
export function walkScalars(
  value: YamlValue,
  visit: (scalar: Exclude<YamlValue, YamlMap | YamlList>, path: readonly string[]) => void,
  path: readonly string[] = [],
): void {
  if (isMap(value)) {
    for (const [key, item] of value) walkScalars(item, visit, [...path, textOf(key)])
  } else if (isList(value)) {
    value.forEach((item, at) => {
      walkScalars(item, visit, [...path, String(at)])
    })
  } else {
    visit(value, path)
  }
}
