import { plainLetters } from '../../util/plain-letters.ts'

/** Names that Windows reserves for devices, with any extension. */
const reserved = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i

export const isReservedName = (name: string): boolean => reserved.test(name)

/** The text in lower-case letters a-z, digits and single dashes; '' if nothing of it can be kept. */
export function slug(text: string): string {
  return plainLetters(text)
    .replace(/&/g, ' and ')
    .replace(/['\u2018\u2019\u02bc`]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

/** The part of a title's letters and digits that its slug kept, 0 to 1; 1 when it has none at all. */
export function keptShare(text: string): number {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/&/g, '')
  const all = plain.match(/[\p{L}\p{N}]/gu)?.length ?? 0
  if (all === 0) return slug(text) === '' ? 0 : 1
  return Math.min(1, (slug(plain).replace(/-/g, '').length || 0) / all)
}
