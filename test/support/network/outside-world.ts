import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { createSecureContext, TLSSocket } from 'node:tls'
import { tmdbConfiguration, tmdbEpisode, tmdbTitle, tvdbOffset } from './tmdb-answers.ts'

/**
 * TMDb's pictures, MDBList, and the hosts without which Kometa 2.4 stops at its start (kometa.py:405, tmdb.py:250,
 * convert.py:12) or at a `git:` file (github.py:80). The last host serves only what a test gives it.
 */
const hosts = [
  'api.trakt.tv',
  'api.themoviedb.org',
  'raw.githubusercontent.com',
  'api.github.com',
  'image.tmdb.org',
  'api.mdblist.com',
  'kometa.example.org',
] as const
type Host = (typeof hosts)[number]

export interface OutsideRequest {
  host: string
  method: string
  path: string
  status: number
}

export interface OutsideWorld extends AsyncDisposable {
  /** The variables that Kometa's environment needs. */
  env: Record<string, string>
  requests: readonly OutsideRequest[]
}

export interface OutsideOptions {
  /**
   * Files of raw.githubusercontent.com by path, and of other hosts by host and path: overlay files and pictures.
   * Each request looks here, so that a test can change them.
   */
  files?: Readonly<Record<string, string | Uint8Array>>
  /** Host and path -> the status of the refusal. */
  refuses?: Readonly<Record<string, number>>
}

/**
 * A stand-in for the internet: an HTTP proxy that ends TLS for a few hosts with certificates of a
 * throw-away authority, and refuses all other hosts. openssl makes the certificates once, in `folder`.
 */
export async function startOutsideWorld(folder: string, options: OutsideOptions = {}): Promise<OutsideWorld> {
  const contexts = makeCertificates(folder)
  const requests: OutsideRequest[] = []
  const sockets = new Set<Socket>()

  const origin = createServer((request, response) => {
    const host = (request.headers.host ?? '').split(':')[0] ?? ''
    const path = (request.url ?? '').split('?')[0] ?? ''
    const file = options.files?.[host === 'raw.githubusercontent.com' ? path : `${host}${path}`]
    const refused = options.refuses?.[`${host}${path}`]
    const [status, body] = refused ? [refused, {}] : file === undefined ? answer(host, path) : [200, file]
    requests.push({ host, method: request.method ?? '', path, status })
    const isText = typeof body === 'string' || body instanceof Uint8Array
    const data = Buffer.from(isText ? body : JSON.stringify(body))
    // Kometa accepts an overlay image with exactly this type alone (overlay.py:216-239).
    const picture = /\.(png|jpg)$/.exec(path)?.[1]
    const type = picture ? `image/${picture.replace('jpg', 'jpeg')}` : isText ? 'text/plain; charset=utf-8' : jsonType
    response.writeHead(status, { 'content-type': type, 'content-length': data.length })
    response.end(data)
  })
  const proxy = createServer((request, response) => {
    requests.push({ host: 'plain http', method: request.method ?? '', path: request.url ?? '', status: 403 })
    response.writeHead(403, { connection: 'close' }).end()
  })
  proxy.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  proxy.on('connect', (request, socket) => {
    const host = (request.url ?? '').split(':')[0] ?? ''
    const context = contexts.get(host as Host)
    if (!context) {
      requests.push({ host, method: 'CONNECT', path: '', status: 403 })
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      return
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    const secure = new TLSSocket(socket as Socket, { isServer: true, secureContext: context })
    // A client may leave during the handshake, which does not matter here.
    secure.on('error', () => secure.destroy())
    origin.emit('connection', secure)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const ca = join(folder, 'ca.pem')
  return {
    requests,
    env: { HTTPS_PROXY: url, HTTP_PROXY: url, NO_PROXY: '127.0.0.1,localhost', REQUESTS_CA_BUNDLE: ca },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}

const jsonType = 'application/json;charset=utf-8'

function answer(host: string, path: string): [number, unknown] {
  // The Community-Configs have no release, so that `git:` files come from the main branch.
  if (host === 'api.github.com') return [200, []]
  if (host === 'raw.githubusercontent.com') {
    if (path.endsWith('/VERSION')) return [200, '2.4.4']
    return path.endsWith('.json') ? [200, {}] : [404, '404: Not Found']
  }
  if (path === '/3/configuration') return [200, tmdbConfiguration]
  if (/^\/3\/genre\/(?:movie|tv)\/list$/.test(path)) return [200, { genres: [{ id: 18, name: 'Drama' }] }]
  if (path.startsWith('/3/find/')) {
    const kinds = ['movie', 'tv', 'person', 'tv_episode', 'tv_season']
    const nothing = Object.fromEntries(kinds.map((kind) => [`${kind}_results`, []]))
    const tvdb = Number(/^\/3\/find\/(\d+)$/.exec(path)?.[1] ?? 0)
    return [200, tvdb > tvdbOffset ? { ...nothing, tv_results: [tmdbTitle('tv', tvdb - tvdbOffset)] } : nothing]
  }
  const [, show, season, episode] = /^\/3\/tv\/(\d+)\/season\/(\d+)\/episode\/(\d+)$/.exec(path) ?? []
  if (show && season && episode) return [200, tmdbEpisode(Number(show), Number(season), Number(episode))]
  const [, kind, id] = /^\/3\/(movie|tv)\/(\d+)$/.exec(path) ?? []
  if (kind && id) return [200, tmdbTitle(kind === 'movie' ? 'movie' : 'tv', Number(id))]
  return [404, { status_code: 34, status_message: 'The resource you requested could not be found.', success: false }]
}

function makeCertificates(folder: string) {
  mkdirSync(folder, { recursive: true })
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  if (!existsSync(join(folder, 'ca.pem'))) {
    const subject = ['-subj', '/CN=offline test authority', '-days', '30', '-keyout', 'ca.key', '-out', 'ca.pem']
    const usage = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign']
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...usage)
  }
  return new Map(
    hosts.map((host) => {
      if (!existsSync(join(folder, `${host}.pem`))) {
        const request = ['-keyout', `${host}.key`, '-out', `${host}.csr`, '-subj', `/CN=${host}`]
        openssl('req', '-newkey', 'rsa:2048', '-nodes', ...request)
        writeFileSync(join(folder, `${host}.ext`), `subjectAltName=DNS:${host}\nbasicConstraints=CA:FALSE\n`)
        const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30']
        openssl('x509', '-req', '-in', `${host}.csr`, ...authority, '-extfile', `${host}.ext`, '-out', `${host}.pem`)
      }
      const read = (end: string) => readFileSync(join(folder, `${host}.${end}`))
      return [host, createSecureContext({ key: read('key'), cert: read('pem') })] as const
    }),
  )
}
