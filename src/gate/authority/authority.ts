import { generateKeyPairSync } from 'node:crypto'
import type { TlsOptions } from 'node:tls'

/** A job ends long before. */
const validDays = 7
/** Clocks of a container and of this machine may differ a little. */
const validBeforeMs = 60 * 60 * 1000
/** Hosts whose certificates are kept; of more than these the oldest is made once more. */
const maxHosts = 256
const name = 'Kometa Preview, one job'

/** A certificate authority that one job's Kometa trusts, and nobody else. Its keys are in this process's memory alone. */
export interface Authority {
  /** PEM, public. */
  certificate: string
  /** What a TLS server is this host with, a name or an address in plain spelling. */
  serverOf(host: string): Pick<TlsOptions, 'key' | 'cert'>
}

/** Takes some 50 ms: what makes certificates is loaded by the jobs that need it. */
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
