import { decodeValue } from '../resource.ts'

/** The shapes that a parameter value of a read may have after decoding. */
const shapes = {
  /** 0 or 1, as plexapi writes booleans. */
  flag: /^[01]$/,
  one: /^1$/,
  zero: /^0$/,
  number: /^\d{1,18}$/,
  /** Ids or type numbers, separated by commas. */
  numbers: /^\d{1,18}(,\d{1,18})*$/,
  decimal: /^\d{1,9}(\.\d{1,9})?$/,
  /** `titleSort:desc,show.index:nullsLast`, `random`. */
  sort: /^[A-Za-z]+(\.[A-Za-z]+)?(:(asc|desc|nullsLast))?(,[A-Za-z]+(\.[A-Za-z]+)?(:(asc|desc|nullsLast))?)*$/,
  /** Names of elements or attributes, separated by commas. */
  names: /^[A-Za-z]+(,[A-Za-z]+)*$/,
  word: /^[A-Za-z0-9_.-]{1,100}$/,
  words: /^[A-Za-z0-9_.-]+(,[A-Za-z0-9_.-]+)*$/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it must find
  text: /^[^\u0000-\u001f\u007f]*$/,
} as const

export type ValueShape = keyof typeof shapes

/** True if the raw value (still encoded, plain URL text) has the shape after decoding. */
export function hasShape(raw: string, shape: ValueShape): boolean {
  const value = decodeValue(raw)
  return value !== null && shapes[shape].test(value)
}
