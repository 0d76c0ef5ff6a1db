import type { LookupAddress } from 'node:dns'
import { connect, type Socket } from 'node:net'

/** A proxy of the user's own environment: `http://[user:password@]host:port`. */
export interface NextHop {
  host: string
  port: number
  /** `user:password`, decoded; null when it needs none. */
  credentials: string | null
}

export type Dial = (host: string, port: number, how?: { plain?: boolean }) => Promise<Socket>

/** Longest answer of a next hop to CONNECT. */
const maxHeadBytes = 16 * 1024

/**
 * Reads the value of HTTPS_PROXY and the like; null when there is none, or when it is of a kind that cannot be chained
 * (socks, https).
 */
export function parseNextHop(value: string | undefined): NextHop | null {
  if (!value) return null
  const text = value.includes('://') ? value : `http://${value}`
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  if (url.protocol !== 'http:' || url.hostname === '') return null
  const credentials =
    url.username === '' ? null : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || 80), credentials }
}

export function nextHopAuthorization(hop: NextHop): { 'proxy-authorization'?: string } {
  if (hop.credentials === null) return {}
  return { 'proxy-authorization': `Basic ${Buffer.from(hop.credentials).toString('base64')}` }
}

/** For each address but the last one. On a machine without working IPv6, a host must not cost half a minute. */
const attemptTimeoutMs = 1_000

/**
 * Tries the judged addresses one after the other, alternating between the two families: a machine without working IPv6
 * still reaches a host that has both.
 */
export async function dialFirst(addresses: readonly LookupAddress[], port: number, timeoutMs: number): Promise<Socket> {
  const deadline = performance.now() + timeoutMs
  let failure = new Error('the host has no address')
  for (const [index, { address }] of inTurn(addresses).entries()) {
    const left = deadline - performance.now()
    if (left <= 0) break
    try {
      const isLast = index === addresses.length - 1
      return await dialAddress(address, port, isLast ? left : Math.min(attemptTimeoutMs, left / 2))
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
    }
  }
  throw failure
}

function inTurn(addresses: readonly LookupAddress[]): LookupAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family)
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family)
  const pairs = Array.from({ length: Math.max(first.length, others.length) }, (_, at) => [first[at], others[at]])
  return pairs.flat().filter((one) => one !== undefined)
}

/** Connects to a judged address, never to a name: a name could resolve to another address by now. */
function dialAddress(address: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true })
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection after ${(timeoutMs / 1000).toFixed(1)} s`)),
      timeoutMs,
    )
    const onError = (error: Error) => {
      clearTimeout(timer)
      reject(error)
    }
    socket.once('error', onError)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeListener('error', onError)
      resolve(socket)
    })
  })
}

/** Reaches a host through the user's proxy: CONNECT for tunnels, the bare connection for plain HTTP. */
export async function dialThroughProxy(
  hop: NextHop,
  host: string,
  port: number,
  timeoutMs: number,
  { plain = false }: { plain?: boolean } = {},
): Promise<Socket> {
  const socket = await dialAddress(hop.host, hop.port, timeoutMs)
  if (plain) return socket
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const authorization = nextHopAuthorization(hop)['proxy-authorization']
  const credentials = authorization ? `Proxy-Authorization: ${authorization}\r\n` : ''
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`)
  const status = await readConnectAnswer(socket, timeoutMs)
  if (status >= 200 && status < 300) return socket
  socket.destroy()
  throw new Error(`the proxy of your environment answered ${status} for ${host}`)
}

function readConnectAnswer(socket: Socket, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const settle = (act: () => void) => {
      clearTimeout(timer)
      socket.removeListener('data', onData)
      socket.removeListener('error', onError)
      socket.removeListener('close', onClose)
      act()
    }
    const fail = (text: string) =>
      settle(() => {
        socket.destroy()
        reject(new Error(text))
      })
    const onError = (error: Error) => fail(error.message)
    const onClose = () => fail('the proxy of your environment closed the connection')
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) {
        if (head.length > maxHeadBytes) fail('the proxy of your environment does not end its answer')
        return
      }
      const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1', 0, end))?.[1] ?? 0)
      settle(() => {
        socket.pause()
        const rest = head.subarray(end + 4)
        if (rest.length > 0) socket.unshift(rest)
        resolve(status)
      })
    }
    const timer = setTimeout(() => fail('the proxy of your environment does not answer'), timeoutMs)
    socket.on('data', onData)
    socket.on('error', onError)
    socket.on('close', onClose)
  })
}
