import { pairName, pairValue } from '../../policy/resource.ts'
import type { ProxyRead } from '../answer/read-handler.ts'

/** The keys under which a read is remembered. */
export interface MemoKey {
  /** Key without paging: one answer serves every page that it covers. */
  whole: string
  /** Key with paging, for an answer that is only a part. */
  part: string
  page: { start: number; size: number } | null
}

const pagingNames = ['X-Plex-Container-Start', 'X-Plex-Container-Size'] as const

/**
 * The keys of a read; null for a read that must go to Plex every time: live state, random order, or conditions on the
 * client's own copy.
 */
export function memoKey({ method, read, headers }: ProxyRead): MemoKey | null {
  if (method !== 'GET' || read.row.kept === 'never' || read.pairs.some(isRandomOrder)) return null
  if (headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined) return null
  const { path, pairs, row } = read
  const kept = pairs.filter((pair) => !pagingNames.some((name) => name === pairName(pair)))
  // A picture is the same for every language and client.
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

/** `*` asks for any language, like a request without the header. */
function anyLanguage(value: string | undefined): string | undefined {
  return value === '*' ? undefined : value
}

/** The path and query at the start of a key, before its headers. */
export function resourceOfKey(key: string): string {
  return key.slice(0, key.indexOf(' '))
}

function pageNumber(pairs: readonly string[], header: unknown, name: string): number | undefined {
  const pair = pairs.find((candidate) => pairName(candidate) === name)
  const text = pair === undefined ? header : pairValue(pair)
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** `size` and `totalSize` of the container in an XML or JSON answer; null if missing. */
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
