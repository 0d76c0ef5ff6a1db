import { readFileSync, statSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { EnvHttpProxyAgent } from 'undici'
import { errorCodeOf } from '../util/unknown-error.ts'
import '../util/net/undici-resets.ts'

/**
 * Connects this program to the internet as Kometa connects: through the user's proxy, with the authorities that the
 * user trusts.
 */
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

/** The user's own authority, for networks that decrypt TLS. Python's `requests` reads the same variables. */
function trusted(env: NodeJS.ProcessEnv): string[] | undefined {
  const file = env.REQUESTS_CA_BUNDLE || env.SSL_CERT_FILE
  if (file === undefined || file === '') return undefined
  try {
    // Reading a pipe would block this process until its other end writes.
    return statSync(file).isFile() ? [...rootCertificates, readFileSync(file, 'utf8')] : undefined
  } catch {
    // Kometa will fail on the missing file and say so.
    return undefined
  }
}

/** The code of a failed fetch. Its message is not shown, since it may hold the address and a key in it. */
export function fetchFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return errorCodeOf(cause) || (cause instanceof Error ? cause.name : 'unknown')
}
