import { isTruthy } from '../../read/normalise.ts'
import { isList, isMap, numberOf, textOf, type YamlMap, type YamlValue } from '../../yaml/yaml-value.ts'

/** Whether Python counts the value as true. Zero is false in every spelling. */
export const isSet = (value: YamlValue | undefined): boolean => isTruthy(value) && numberOf(value) !== 0

/** Only a run shows what Kometa makes of such a value. */
const isOpen = (value: YamlValue | undefined): boolean =>
  isMap(value) || isList(value) || /<<|:|[^\x20-\x7e]/.test(textOf(value))

/** The number that Python's int() reads, or undefined if int() refuses the text. */
function pythonInteger(text: string): number | undefined {
  return /^ *[-+]?\d+(?:_\d+)* *$/.test(text) ? Number(text.replaceAll('_', '')) : undefined
}

const attribute = (key: string): string => `Overlay Error: overlay ${key} attribute`

/** util.py:958-983, for attributes without a default. */
export function integerFault(overlay: YamlMap, key: string, minimum: number): string | null {
  const value = overlay.get(key)
  if (value === undefined || isOpen(value)) return null
  if (value === null) return `${attribute(key)} is blank`
  const number = pythonInteger(textOf(value))
  if (number !== undefined && number >= minimum) return null
  return `${attribute(key)} ${textOf(value)} must be an integer ${minimum} or greater`
}

export function chooseFault(overlay: YamlMap, key: string, options: readonly string[]): string | null {
  const value = overlay.get(key)
  if (value === undefined || isOpen(value)) return null
  if (value === null) return `${attribute(key)} is blank`
  if (options.includes(textOf(value).toLowerCase())) return null
  return `${attribute(key)} ${textOf(value)} must be in [${options.join(', ')}]`
}

/** The offset in one of the two directions (util.py:998-1058). */
export function coordinateFault(overlay: YamlMap, direction: 'horizontal' | 'vertical'): string | null {
  const options = direction === 'horizontal' ? ['left', 'center', 'right'] : ['top', 'center', 'bottom']
  const fault = chooseFault(overlay, `${direction}_align`, options)
  if (fault !== null) return fault
  const key = `${direction}_offset`
  const value = overlay.get(key) ?? null
  const align = overlay.get(`${direction}_align`)
  if (value === null || isOpen(value) || isOpen(align)) return null
  const text = textOf(value)
  const isPercent = text.endsWith('%')
  const number = pythonInteger(isPercent ? text.slice(0, -1) : text)
  const words = `Overlay Error: overlay ${key}: ${text} must be a number`
  if (number === undefined) return words
  if (align !== 'center') {
    if (!isPercent) return number < 0 ? `${words} 0 or greater` : null
    return number > 100 || number < 0 ? `${words} between 0% and 100%` : null
  }
  return isPercent && (number > 50 || number < -50) ? `${words} between -50% and 50%` : null
}

/** util.py:1061-1095. */
export function scaleFault(overlay: YamlMap, key: string): string | null {
  const value = overlay.get(key) ?? null
  if (value === null || isOpen(value)) return null
  const text = textOf(value)
  const number = pythonInteger(text.endsWith('%') ? text.slice(0, -1) : text)
  const words = `Overlay Error: overlay ${key}: ${text} must be a number or a percent`
  if (number === undefined) return words
  return number < 1 ? `${words} greater than 0` : null
}

/**
 * Reports a colour that Pillow certainly does not know. A colour name has only letters and is no hexadecimal
 * number.
 */
export function colorFault(overlay: YamlMap, key: string): string | null {
  const value = overlay.get(key)
  if (!isSet(value) || isMap(value) || isList(value)) return null
  const text = textOf(value)
  if (text.includes('<<') || text.includes('(')) return null
  if (typeof value !== 'string')
    return `Overlay Error: ${key}: ${text} is not text: put the colour in quotes, as "#RRGGBB"`
  if (/^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})\n?$/i.test(text)) return null
  if (/^[a-z]+$/i.test(text) && !/^[\da-f]+$/i.test(text)) return null
  return /^(?:font|stroke)_/.test(key)
    ? `Overlay Error: Overlay ${key} '${text}' is invalid. Value must be in #RGB, #RGBA, #RRGGBB or #RRGGBBAA format`
    : `Overlay Error: Overlay value '${key}: ${text}' invalid`
}
