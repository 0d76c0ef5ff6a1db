import { numberOf, textOf, type YamlKey } from './yaml-value.ts'

/** Equal for keys that Python treats as equal: 1, 1.0 and true are equal, 1 and "1" are not. */
export function keyIdentity(key: YamlKey): string {
  if (typeof key === 'string') return `s:${key}`
  if (typeof key === 'boolean') return `n:${Number(key)}`
  const number = numberOf(key)
  return number === undefined ? `o:${textOf(key)}` : `n:${number}`
}
