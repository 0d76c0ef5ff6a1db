import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { createAuthority } from '../../src/gate/authority/authority.ts'
import { makeAuthorityCertificate } from '../../src/gate/authority/certificate.ts'

const day = 24 * 60 * 60 * 1000
const certificateOf = (text: unknown) => new X509Certificate(String(text))

test('each job has its own authority, valid for a week, that signs servers and no other authority', async () => {
  const [one, other] = await Promise.all([createAuthority(), createAuthority()])
  const [ours, theirs] = [certificateOf(one.certificate), certificateOf(other.certificate)]
  expect(ours.ca).toBe(true)
  expect(ours.verify(ours.publicKey)).toBe(true)
  const leaf = certificateOf(one.serverOf('nas.lan').cert)
  expect(leaf.verify(ours.publicKey)).toBe(true)
  expect(leaf.verify(theirs.publicKey)).toBe(false)
  expect(leaf.ca).toBe(false)
  const left = new Date(ours.validTo).getTime() - Date.now()
  expect(left).toBeGreaterThan(6 * day)
  expect(left).toBeLessThan(8 * day)
  // DER of "critical, a certificate authority, with none below it", RFC 5280 4.2.1.9.
  expect(ours.raw.toString('hex')).toContain('0603551d130101ff040830060101ff020100')
  expect(ours.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
})

test.each(['nas.lan', 'a_b.example.org', 'x'.repeat(63).concat('.example.org'), '127.0.0.1', '::1'])(
  'a certificate of %s is valid for that host only',
  async (host) => {
    const leaf = certificateOf((await createAuthority()).serverOf(host).cert)
    const checked = /^[\d.:]+$/.test(host) ? leaf.checkIP(host) : leaf.checkHost(host)
    expect(checked).toBe(host)
    expect(leaf.checkHost('example.org')).toBeUndefined()
    expect(leaf.checkIP('127.0.0.2')).toBeUndefined()
  },
)

test('the signing key is never exported in any form', async () => {
  const authority = await createAuthority()
  const given = authority.serverOf('nas.lan')
  expect(Object.keys(authority).sort()).toEqual(['certificate', 'serverOf'])
  expect(authority.certificate).not.toContain('PRIVATE')
  // The hosts have another key.
  const { createPrivateKey, createPublicKey } = await import('node:crypto')
  const hostKey = createPublicKey(createPrivateKey(String(given.key)))
  expect(hostKey.equals(certificateOf(given.cert).publicKey)).toBe(true)
  expect(hostKey.equals(certificateOf(authority.certificate).publicKey)).toBe(false)
})

test('a certificate that expires after 2049 is still valid', async () => {
  const { generateKeyPairSync } = await import('node:crypto')
  const valid = { from: new Date('2050-01-01T00:00:00Z'), to: new Date('2050-01-08T00:00:00Z') }
  const made = certificateOf(
    makeAuthorityCertificate('later', generateKeyPairSync('ec', { namedCurve: 'P-256' }), valid),
  )
  expect(new Date(made.validFrom).getTime()).toBe(valid.from.getTime())
})
