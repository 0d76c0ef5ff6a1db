import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509'

const commonName = '2.5.4.3'
const ecdsaWithSha256 = '1.2.840.10045.4.3.2'
/** Longest common name that X.509 allows. Clients look at the alternative name instead. */
const maxCommonNameChars = 64
const serialBytes = 16

export interface KeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

interface Valid {
  from: Date
  to: Date
}

/** A certificate that may sign certificates of servers, and no further authority. */
export function makeAuthorityCertificate(name: string, keys: KeyPair, valid: Valid): string {
  return issue({
    ...{ subject: name, issuer: name, publicKey: keys.publicKey, signer: keys.privateKey, valid },
    extensions: [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign), true),
      extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
      extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(identifierOf(keys.publicKey))),
    ],
  })
}

/** The certificate of one host, a name or an address. */
export function makeHostCertificate(
  host: string,
  publicKey: KeyObject,
  authority: { name: string; keys: KeyPair },
  valid: Valid,
): string {
  const name = new GeneralName(isIP(host) === 0 ? { dNSName: host } : { iPAddress: host })
  const signedBy = new AuthorityKeyIdentifier({
    keyIdentifier: new KeyIdentifier(identifierOf(authority.keys.publicKey)),
  })
  return issue({
    ...{ subject: host, issuer: authority.name, publicKey, signer: authority.keys.privateKey, valid },
    extensions: [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
      extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
      extension(id_ce_subjectAltName, new SubjectAlternativeName([name])),
      extension(id_ce_authorityKeyIdentifier, signedBy),
      extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(identifierOf(publicKey))),
    ],
  })
}

interface Order {
  subject: string
  issuer: string
  publicKey: KeyObject
  signer: KeyObject
  valid: Valid
  extensions: Extension[]
}

/** PEM. */
function issue({ subject, issuer, publicKey, signer, valid, extensions }: Order): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 })
  const toSign = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: nameOf(issuer),
    validity: new Validity({ notBefore: valid.from, notAfter: valid.to }),
    subject: nameOf(subject),
    subjectPublicKeyInfo: AsnConvert.parse(spki(publicKey), SubjectPublicKeyInfo),
    extensions: new Extensions(extensions),
  })
  const signatureValue = sign('sha256', Buffer.from(AsnConvert.serialize(toSign)), signer)
  const certificate = new Certificate({
    tbsCertificate: toSign,
    signatureAlgorithm: algorithm,
    signatureValue: bufferOf(signatureValue),
  })
  const lines =
    Buffer.from(AsnConvert.serialize(certificate))
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function extension(extnID: string, value: unknown, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })
}

function nameOf(text: string): Name {
  const value = new AttributeValue({ utf8String: text.slice(0, maxCommonNameChars) })
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: commonName, value })])])
}

/** A positive number of fixed length: its highest bit is clear, and the next one is set. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(serialBytes)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bufferOf(bytes)
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
const identifierOf = (key: KeyObject): ArrayBuffer => bufferOf(createHash('sha1').update(spki(key)).digest())
const bufferOf = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer
