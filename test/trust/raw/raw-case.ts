import { clientToken } from '../../support/proxy-world.ts'

/** Must it arrive at Plex? `maybe`: Node's versions differ, and both results are safe. */
export type Arrival = 'yes' | 'no' | 'maybe'

/** The bytes of a client, and which of the two reads in them may reach Plex. */
export interface RawCase {
  name: string
  /** Only this case uses the ratingKeys `own` and `second`, so `/library/metadata/<key>` shows what arrived. */
  bytes(own: number, second: number): string
  own: Arrival
  /** A second request: smuggled in the body of the first one, or pipelined. */
  second: Arrival
}

export const nothing = { own: 'no', second: 'no' } as const
export const ownRead = { own: 'yes', second: 'no' } as const
export const secondOnly = { own: 'no', second: 'yes' } as const
export const bothReads = { own: 'yes', second: 'yes' } as const
export const perhapsOwn = { own: 'maybe', second: 'no' } as const
export const perhapsSecond = { own: 'no', second: 'maybe' } as const

export const token = `X-Plex-Token: ${clientToken}\r\n`
export const host = 'Host: 127.0.0.1\r\n'
export const auth = host + token

export const path = (key: number): string => `/library/metadata/${key}`
/** A complete read of a client that knows the token. */
export const readOf = (key: number): string => `GET ${path(key)} HTTP/1.1\r\n${auth}\r\n`

/** A read of the own key with more headers. */
export const withHeaders =
  (headers: string, method = 'GET') =>
  (own: number): string =>
    `${method} ${path(own)} HTTP/1.1\r\n${auth}${headers}\r\n`

/** A request whose body is another request under one of the framings. */
export const withBody =
  (method: string, headers: string, body: (second: string) => string) =>
  (own: number, second: number): string => {
    const inside = body(readOf(second))
    const head = headers.replaceAll('<length>', String(Buffer.byteLength(inside, 'latin1')))
    const target = method === 'GET' || method === 'HEAD' ? path(own) : `${path(own)}/posters`
    return `${method} ${target} HTTP/1.1\r\n${auth}${head}\r\n${inside}`
  }

export const show = (text: string): string => JSON.stringify(text).slice(1, -1)
