import { type Refusal, refuse } from './refusals.ts'

/** Longest request resource, in bytes. Kometa's searches over many tags reach a few thousand bytes. */
const maxResourceBytes = 32_768

export interface Resource {
  /** The path as sent, up to the `?`. */
  path: string
  /** Raw `name=value` pairs in their order, with duplicates and without the token pairs. */
  pairs: readonly string[]
  /** The decoded values of the X-Plex-Token pairs that were removed. */
  tokens: readonly string[]
}

const plainPath = /^\/[A-Za-z0-9_.,:/-]*$/
const plainQuery = /^[A-Za-z0-9\-._~!$'()*+,:@/?%=&]*$/
const none: readonly string[] = []

/** Splits a request resource without checking it: for the records, and for writes, which never reach Plex. */
export function splitResource(raw: string): Resource {
  const mark = raw.indexOf('?')
  if (mark === -1) return { path: raw, pairs: none, tokens: none }
  const path = raw.slice(0, mark)
  const pairs: string[] = []
  let tokens: string[] | undefined
  for (const pair of raw.slice(mark + 1).split('&')) {
    if (pair === '') continue
    const token = tokenOf(pair)
    if (token === null) pairs.push(pair)
    else if (tokens) tokens.push(token)
    else tokens = [token]
  }
  return { path, pairs, tokens: tokens ?? none }
}

/**
 * Splits the resource of a read, or says why it cannot be a read. It must have origin form, a plain path (no `%`, `//`,
 * dot segment, `;`, backslash) and query pairs of plain URL characters, because Plex decodes and merges odd spellings.
 */
export function parseResource(raw: string): { ok: true; resource: Resource } | Refusal {
  if (raw.length > maxResourceBytes) return refuse('resourceTooLong', String(maxResourceBytes))
  if (!raw.startsWith('/') || raw.startsWith('//')) return refuse('notOriginForm')
  const resource = splitResource(raw)
  if (!isPlainPath(resource.path)) return refuse('oddPath')
  if (!plainQuery.test(raw.slice(resource.path.length + 1))) {
    return refuse('oddQuery', pairName(resource.pairs.find((pair) => !plainQuery.test(pair)) ?? ''))
  }
  return { ok: true, resource }
}

function isPlainPath(path: string): boolean {
  if (!plainPath.test(path) || path.includes('//')) return false
  return !path.includes('/.')
}

/** The query of a resource without its tokens; '' if there is none. */
export function queryOf(resource: Resource): string {
  return resource.pairs.join('&')
}

/** The name of a raw pair, as sent. */
export function pairName(pair: string): string {
  const equals = pair.indexOf('=')
  return equals === -1 ? pair : pair.slice(0, equals)
}

/** The value of a raw pair, as sent. */
export function pairValue(pair: string): string {
  const equals = pair.indexOf('=')
  return equals === -1 ? '' : pair.slice(equals + 1)
}

/** Decodes a query value; null when it is not valid UTF-8. `+` means a space, as python's quote_plus writes it. */
export function decodeValue(raw: string): string | null {
  if (!raw.includes('%') && !raw.includes('+')) return raw
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '))
  } catch {
    // Not a URI component: the caller decides what an undecodable value means.
    return null
  }
}

const tokenName = 'x-plex-token'

/** The decoded token that a pair carries, in any spelling of the name; null for any other pair. */
function tokenOf(pair: string): string | null {
  // Most pairs are shorter than the token's name, so this check is fast.
  if (pair.length < tokenName.length) return null
  const name = pairName(pair)
  if ((decodeValue(name) ?? name).toLowerCase() !== tokenName) return null
  const value = pairValue(pair)
  return decodeValue(value) ?? value
}
