import { timingSafeEqual } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import type { buildConnector as Undici } from 'undici'
import { AppError } from '../../contract/errors.ts'
import type { PlexServerAddress } from './connection.ts'
import { buildConnector } from './undici-core.ts'

/**
 * Opens sockets to Plex. Certificates are verified unless `verifySsl` is false. With a pinned fingerprint, the server's
 * certificate is compared with it instead, before any byte of a request is sent.
 */
export function createConnector(
  { url, verifySsl, fingerprint }: Pick<PlexServerAddress, 'url' | 'verifySsl' | 'fingerprint'>,
  timeoutMs: number,
): Undici.connector {
  const pinned = fingerprint === undefined ? undefined : parseFingerprint(fingerprint)
  const connect = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    rejectUnauthorized: verifySsl && pinned === undefined,
    // A resumed TLS session does not show its certificate, so its fingerprint could not be compared.
    ...(pinned ? { maxCachedSessions: 0 } : {}),
  })
  if (!pinned) return connect
  return (options, callback) => {
    connect(options, (error, socket) => {
      if (error) return callback(error, null)
      if (!(socket instanceof TLSSocket)) {
        socket.destroy()
        return callback(new AppError('CONFIG_INVALID', 'a fingerprint is pinned, but plex.url is not https'), null)
      }
      const shown = Buffer.from(socket.getPeerCertificate().fingerprint256?.replaceAll(':', '') ?? '', 'hex')
      if (shown.length === pinned.length && timingSafeEqual(shown, pinned)) return callback(null, socket)
      socket.destroy()
      callback(mismatch(url), null)
    })
  }
}

function mismatch(url: string): AppError {
  return new AppError('PLEX_TLS_UNTRUSTED', `the certificate of Plex at ${url} is not the pinned one`, {
    hint: 'If the certificate was renewed, pin its new SHA-256 fingerprint.',
  })
}

function parseFingerprint(text: string): Buffer {
  const hex = text.replaceAll(':', '').trim()
  if (!/^[0-9a-fA-F]{64}$/.test(hex)) {
    throw new AppError('CONFIG_INVALID', 'the pinned fingerprint is not a SHA-256 fingerprint (64 hex digits)')
  }
  return Buffer.from(hex, 'hex')
}
