import { readFileSync, statSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { EnvHttpProxyAgent } from 'undici'
import { errorCodeOf } from '../util/unknown-error.ts'
import '../util/net/undici-resets.ts'

/** Connections of our own to the outside, as Kometa makes them: through the user's proxy, trusting what the user trusts. */
export function userProxyAgent(env: NodeJS.ProcessEnv): EnvHttpProxyAgent {
  const httpsProxy = env.https_proxy ?? env.HTTPS_PROXY
  const httpProxy = env.http_proxy ?? env.HTTP_PROXY
  const noProxy = env.no_proxy ?? env.NO_PROXY
  const ca = trusted(env)
  return new EnvHttpProxyAgent({
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
    ...(ca === undefined ? {} : { connect: { ca }, requestTls: { ca }, proxyTls: { ca } }),
  })
}

/** An authority of the user's own, where their network ends TLS; `requests` reads the same variables. */
function trusted(env: NodeJS.ProcessEnv): string[] | undefined {
  const file = env.REQUESTS_CA_BUNDLE || env.SSL_CERT_FILE
  if (file === undefined || file === '') return undefined
  try {
    // To read a pipe would wait for its other end, and nothing else would happen meanwhile.
    return statSync(file).isFile() ? [...rootCertificates, readFileSync(file, 'utf8')] : undefined
  } catch {
    // Kometa will fail on it and say so; what is not there adds nothing.
    return undefined
  }
}

/** The cause of a failed fetch has the words; its message may hold the address, and with it a key. */
export function fetchFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return errorCodeOf(cause) || (cause instanceof Error ? cause.name : 'unknown')
}
