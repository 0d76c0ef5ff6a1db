import { type Refusal, refuse } from './refusals.ts'

/** Longest request resource, in bytes. Kometa's searches over many tags reach some thousand. */
const maxResourceBytes = 32_768

export interface Resource {
  /** As sent, up to the `?`. */
  path: string
  /** Raw `name=value` pairs in their order, duplicates kept, token pairs taken out. */
  pairs: readonly string[]
  /** The values of the X-Plex-Token pairs that were taken out, decoded. */
  tokens: readonly string[]
}

const plainPath = /^\/[A-Za-z0-9_.,:/-]*$/
const plainQuery = /^[A-Za-z0-9\-._~!$'()*+,:@/?%=&]*$/
const none: readonly string[] = []

/** Takes a request resource apart without judging it: for the records, and for writes, which go nowhere anyway. */
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
 * Takes a read's resource apart, or says why it cannot be one: origin form, a path in its plain form (no `%`, `//`,
 * dot segment, `;`, backslash) and query pairs of plain URL characters. Plex decodes and merges odd spellings.
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

/** The query of a resource without its tokens, '' if none. */
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

/** Decodes a query value (`+` is a space, as python's quote_plus writes it); null when it is no valid UTF-8. */
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

/** The token that a pair carries, however its name is spelt; null for any other pair. */
function tokenOf(pair: string): string | null {
  // Most pairs are shorter than the name alone.
  if (pair.length < tokenName.length) return null
  const name = pairName(pair)
  if ((decodeValue(name) ?? name).toLowerCase() !== tokenName) return null
  const value = pairValue(pair)
  return decodeValue(value) ?? value
}
