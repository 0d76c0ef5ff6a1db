import { AppError } from '../../contract/errors.ts'
import { resetCode } from '../../util/net/resets.ts'

const unreachable = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'EPROTO',
  'ERR_SSL_WRONG_VERSION_NUMBER',
])
const untrusted = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])
/** A write to a kept-alive socket that Plex has just closed fails with one of these; a read may be sent once more. */
const staleSocket = new Set(['UND_ERR_SOCKET', 'ECONNRESET', resetCode, 'EPIPE'])

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'no answer to the connection attempt',
  UND_ERR_CONNECT_TIMEOUT: 'no answer to the connection attempt',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  EPROTO: 'it does not speak TLS there; is it http instead of https?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there; is it http instead of https?',
  UND_ERR_HEADERS_TIMEOUT: 'it did not begin to answer in time',
  UND_ERR_BODY_TIMEOUT: 'it stopped in the middle of its answer',
  UND_ERR_SOCKET: 'it closed the connection',
  ECONNRESET: 'it closed the connection',
  [resetCode]: 'it closed the connection',
  EPIPE: 'it closed the connection',
}

/** Turns a failure of undici into an error that a user can act on. `origin` is host and port, without a token. */
export function upstreamError(error: Error, origin: string): Error {
  if (error instanceof AppError) return error
  const code = codeOf(error)
  const why = words[code] ?? (code === '' ? 'it broke off' : code)
  if (untrusted.has(code)) {
    return new AppError('PLEX_TLS_UNTRUSTED', `the certificate of Plex at ${origin} is not trusted (${code})`, {
      hint: 'Use the plex.direct address, pin the fingerprint, or set verify_ssl: false for a self-signed certificate.',
      cause: error,
    })
  }
  if (unreachable.has(code)) {
    const hint = 'Check plex.url, and that Plex runs and can be reached from here.'
    return new AppError('PLEX_UNREACHABLE', `Plex at ${origin} does not answer: ${why}`, { hint, cause: error })
  }
  return new AppError('PLEX_READ_FAILED', `Plex at ${origin} failed to answer: ${why}`, { cause: error })
}

export function isStaleSocket(error: Error): boolean {
  return staleSocket.has(codeOf(error))
}

function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  // If a host name has several addresses, Node throws an AggregateError with one failure per address.
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0])
  return ''
}
