import { normalizeHost } from '../../../gate/judge-host.ts'
import type { LoggedFault } from '../../../kometa/log/outcome/kometa-faults.ts'
import { isAboutImage } from '../../../kometa/log/words/fault-words.ts'
import { trimEndOf } from '../../../util/trim-end.ts'
import type { Refusal } from '../../around-kometa/gate-log.ts'

const namedAddress = /https?:\/\/[^\s'"<>]+/g
/** How often Kometa tries a request that gets no answer, every 10 s (request.py:174). */
export const kometaTries = 6

/**
 * Why something was left out: which request the gate refused, and why. Kometa usually names the address. Otherwise it
 * says what it could not read in the answer, and the time tells which request it was. null if no such request was
 * refused.
 */
export function refusedWords(
  { kind, words, span }: Pick<LoggedFault, 'kind' | 'words' | 'span'>,
  refusals: readonly Refusal[],
): string | null {
  for (const [named] of words.matchAll(namedAddress)) {
    const address = trimEndOf(named, '.,:;')
    const refused = findRefusal(address, refusals)
    if (refused === null) continue
    const what = isAboutImage(words) ? 'the image ' : kind === 'entry' || kind === 'file' ? 'the file ' : ''
    return `${what}${address} was not fetched: ${refused.reason}`
  }
  const within = span === null ? [] : refusals.filter(({ at }) => at >= span.from && at <= span.to)
  const last = within.at(-1)
  return last === undefined ? null : `${requestWords(last, within)}. Kometa says: ${words}`
}

function findRefusal(address: string, refusals: readonly Refusal[]): Refusal | null {
  if (!URL.canParse(address)) return null
  const { protocol, hostname, port: given } = new URL(address)
  const port = Number(given || (protocol === 'https:' ? 443 : 80))
  const host = normalizeHost(hostname)
  return refusals.find((one) => one.port === port && normalizeHost(one.host) === host) ?? null
}

/** `GET https://nas.lan/a was refused: this is a name of the local network`; `all` tells how often. */
export function requestWords(refusal: Refusal, all: readonly Refusal[]): string {
  const { method, reason, host, port } = refusal
  const tries = all.filter((one) => one.host === host && one.port === port).length
  const often = method === 'CONNECT' && tries >= kometaTries ? ' (Kometa asked for it again and again, for 50 s)' : ''
  return `${method === 'CONNECT' ? '' : `${method} `}${addressOf(refusal)} was refused: ${reason}${often}`
}

function addressOf({ tls, host, port, path }: Refusal): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return `http${tls ? 's' : ''}://${name}${port === (tls ? 443 : 80) ? '' : `:${port}`}${path || '/'}`
}
