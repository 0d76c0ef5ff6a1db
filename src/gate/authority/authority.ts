import { generateKeyPairSync } from 'node:crypto'
import type { TlsOptions } from 'node:tls'

/** Far longer than any job. */
const validDays = 7
/** The clocks of a container and of this machine may differ a little. */
const validBeforeMs = 60 * 60 * 1000
/** How many hosts' certificates are kept. An older one is made again when it is needed. */
const maxHosts = 256
const name = 'Kometa Preview, one job'

/** A certificate authority that only one job's Kometa trusts. Its keys exist only in the memory of this process. */
export interface Authority {
  /** PEM, public. */
  certificate: string
  /** Key and certificate of a TLS server that plays this host, a name or a plainly spelled address. */
  serverOf(host: string): Pick<TlsOptions, 'key' | 'cert'>
}

/** Takes some 50 ms, so that the code that makes certificates is loaded only by jobs that need it. */
export async function createAuthority(now = Date.now()): Promise<Authority> {
  const { makeAuthorityCertificate, makeHostCertificate } = await import('./certificate.ts')
  const valid = { from: new Date(now - validBeforeMs), to: new Date(now + validDays * 24 * 60 * 60 * 1000) }
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const hostKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = hostKeys.privateKey.export({ type: 'pkcs8', format: 'pem' })
  const known = new Map<string, string>()

  function certificateOf(host: string): string {
    const found = known.get(host)
    if (found !== undefined) return found
    const made = makeHostCertificate(host, hostKeys.publicKey, { name, keys }, valid)
    const [oldest] = known.keys()
    if (known.size >= maxHosts && oldest !== undefined) known.delete(oldest)
    known.set(host, made)
    return made
  }
  return {
    certificate: makeAuthorityCertificate(name, keys, valid),
    serverOf: (host) => ({ key, cert: certificateOf(host) }),
  }
}
