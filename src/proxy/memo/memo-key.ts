import { pairName, pairValue } from '../../policy/resource.ts'
import type { ProxyRead } from '../answer/read-handler.ts'

/** By what a read is remembered. */
export interface MemoKey {
  /** Without paging: one answer serves every page that it covers. */
  whole: string
  /** With paging, for an answer that is only a part. */
  part: string
  page: { start: number; size: number } | null
}

const pagingNames = ['X-Plex-Container-Start', 'X-Plex-Container-Size'] as const

/**
 * The key of a read, null for one that must be asked each time: live state, random order, conditions on the client's
 * own copy.
 */
export function memoKey({ method, read, headers }: ProxyRead): MemoKey | null {
  if (method !== 'GET' || read.row.kept === 'never' || read.pairs.some(isRandomOrder)) return null
  if (headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined) return null
  const { path, pairs, row } = read
  const kept = pairs.filter((pair) => !pagingNames.some((name) => name === pairName(pair)))
  // A picture is the same in every language and for every client.
  const matters =
    row.answer === 'picture'
      ? []
      : [headers.accept, anyLanguage(headers['accept-language']), headers['x-plex-language']]
  const target = kept.length === 0 ? path : `${path}?${kept.join('&')}`
  const whole = `${target} ${matters.map((value) => value ?? '').join('|')}`
  const [start, size] = pagingNames.map((name) => pageNumber(pairs, headers[name.toLowerCase()], name))
  if (start === undefined && size === undefined) return { whole, part: whole, page: null }
  const page = { start: start ?? 0, size: size ?? Number.MAX_SAFE_INTEGER }
  return { whole, part: `${whole} ${page.start}+${page.size}`, page }
}

const isRandomOrder = (pair: string): boolean => pairName(pair) === 'sort' && pairValue(pair).includes('random')

/** `*` asks for no language in particular, as a client does that is silent. */
function anyLanguage(value: string | undefined): string | undefined {
  return value === '*' ? undefined : value
}

/** Path and query of a key, as they stand before its headers. */
export function resourceOfKey(key: string): string {
  return key.slice(0, key.indexOf(' '))
}

function pageNumber(pairs: readonly string[], header: unknown, name: string): number | undefined {
  const pair = pairs.find((candidate) => pairName(candidate) === name)
  const text = pair === undefined ? header : pairValue(pair)
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** `size` and `totalSize` on the container of an answer, XML or JSON; null where they are not. */
export function containerCounts(body: Buffer): { size: number | null; totalSize: number | null } {
  const head = body.toString('latin1', 0, 4_096)
  const xml = /<MediaContainer[^>]*/.exec(head)?.[0]
  const read = (name: string): number | null => {
    const found =
      xml === undefined ? new RegExp(`"${name}":\\s*(\\d+)`).exec(head) : new RegExp(`\\s${name}="(\\d+)"`).exec(xml)
    return found?.[1] === undefined ? null : Number(found[1])
  }
  return { size: read('size'), totalSize: read('totalSize') }
}
