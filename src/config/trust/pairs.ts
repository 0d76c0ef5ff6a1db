import { isHarmlessValue, isSecretKey } from '../read/environment/redaction-secrets.ts'
import type { FilledValue, Secrets } from '../read/environment/secrets.ts'
import { get, textOf, type YamlMap } from '../yaml/yaml-value.ts'
import { listServiceValues, type ServiceValues } from './service-values.ts'

/** A config with its files merged and its secrets filled in, and the origin of each value. */
export interface SourcedConfig {
  document: YamlMap
  /** The file that contains the value under these keys. */
  fileOf(path: readonly string[]): string
  filled: readonly FilledValue[]
  secrets: Secrets
  /** Whether the secret was kept for the same file that names it here. */
  isOfItsFile(value: FilledValue): boolean
  /** The file whose `preview:` section counts, and what this section changes about the connection to Plex. */
  preview: { file: string; fingerprint: boolean; exposeToken: boolean }
}

/** A secret that would go to an address from another source. */
export interface ForeignPair {
  /** The id that is remembered when the user approves the pair. */
  id: string
  /** The file that names the address, and the keys that lead to it. */
  addressFile: string
  addressPath: string
  /** The address as scheme, host and port. null: it may not be shown. */
  address: string | null
  /** The origin of the secret, in words. */
  secretFrom: string
  /** The keys that lead to the secret: `plex.token`. */
  secretPath: string
  /** True: a name of the environment, `.env` or `--secret` gives the secret. False: another file contains it. */
  isNamed: boolean
}

/** Services whose addresses are built into Kometa. No config can change them. */
const fixedServices = new Set(['tmdb', 'omdb', 'mdblist', 'trakt', 'mal', 'anidb', 'github', 'notifiarr', 'simkl'])

interface Destination {
  file: string
  path: readonly string[]
  text: string
}

/**
 * Finds every secret of a config that would go to an address from another source: the address is in one file, and
 * the secret is in another file, in the environment, in `.env` or in `--secret`. An address that the user gives
 * directly, such as `url: ENV`, may get any secret.
 */
export function foreignPairs(config: SourcedConfig): ForeignPair[] {
  const filledAt = new Map(config.filled.map((value) => [keyOf(value.path), value]))
  const seen = new Set<string>()
  const pairs: ForeignPair[] = []
  for (const service of listServiceValues(config.document)) {
    for (const { path } of [...service.addresses, ...service.others]) seen.add(keyOf(path))
    const destinations = destinationsOf(service, config, filledAt)
    for (const secret of secretsOf(service, config, filledAt)) {
      const to = destinations ?? (secret.from === null ? [] : placeItself(service, secret, config))
      for (const destination of to) pairs.push(...pairOf(destination, secret, config))
    }
  }
  // Filled values outside of the services, such as a name in the address of an overlay, or in a path.
  for (const value of config.filled) {
    if (seen.has(keyOf(value.path)) || config.isOfItsFile(value)) continue
    const { path, mark } = value
    pairs.push(...pairOf({ file: config.fileOf(path), path, text: mark }, namedSecret(value, config), config))
  }
  return pairs
}

interface Secret {
  path: readonly string[]
  mark: string
  /** The origin, if it is not the file that contains the value. */
  from: string | null
}

const namedSecret = ({ path, mark, name }: FilledValue, { secrets }: SourcedConfig): Secret => ({
  path,
  mark,
  from: `${mark}, which is ${secrets.origins.byName.get(name) ?? 'known to this call'}`,
})

/**
 * The addresses that the values of a service go to, as far as files name them. null: no file names one, and the
 * service has no built-in address.
 */
function destinationsOf(
  service: ServiceValues,
  config: SourcedConfig,
  filledAt: ReadonlyMap<string, FilledValue>,
): Destination[] | null {
  const said = service.addresses.filter(({ path, text }) => {
    const filled = filledAt.get(keyOf(path))
    return (
      text !== '' && !isEnv(service.service, path, text, config) && !(filled?.isWhole && !config.isOfItsFile(filled))
    )
  })
  const named = said.map(({ path, text }) => ({ file: config.fileOf(path), path, text }))
  if (service.addresses.length === 0 && !fixedServices.has(service.service)) return null
  return [...named, ...waysAround(service, config)]
}

/**
 * The other settings of preview.yml that decide where a token ends up: a certificate that is not checked, a pinned
 * certificate, and whether Kometa gets the real token.
 */
function waysAround(service: ServiceValues, { document, secrets, preview, fileOf }: SourcedConfig): Destination[] {
  const isPlex = service.service === 'plex'
  const isTls = service.addresses.some(({ text }) =>
    /^https:/i.test(isPlex && text.toLowerCase() === 'env' ? (secrets.plexUrl ?? '') : text),
  )
  const own = service.others.find(({ key, text }) => key === 'verify_ssl' && /^(?:True|False)$/.test(text))
  const shared = { path: ['settings', 'verify_ssl'], text: textOf(get(document, 'settings', 'verify_ssl')) }
  const verify = own ?? shared
  const isVerified = verify.text !== 'False'
  const ways: Destination[] = []
  if (isTls && !isVerified) ways.push({ file: fileOf(verify.path), path: verify.path, text: 'false' })
  const at = (key: string): Destination => ({ file: preview.file, path: ['preview', key], text: '' })
  if (isPlex && isTls && isVerified && preview.fingerprint) ways.push(at('plex_fingerprint'))
  if (isPlex && preview.exposeToken) ways.push(at('expose_token'))
  // Settings of the base config are no concern here: preview.yml chose this config.
  return ways.filter(({ file }) => file === preview.file)
}

function secretsOf(
  service: ServiceValues,
  config: SourcedConfig,
  filledAt: ReadonlyMap<string, FilledValue>,
): Secret[] {
  const found: Secret[] = []
  const { origins } = config.secrets
  for (const value of [...service.others, ...service.addresses]) {
    const { path, text } = value
    const filled = filledAt.get(keyOf(path))
    const isAddress = service.addresses.includes(value)
    if (filled && !config.isOfItsFile(filled)) {
      if (!isAddress || !filled.isWhole) found.push(namedSecret(filled, config))
    } else if (!isAddress && isEnv(service.service, path, text, config)) {
      found.push({ path, mark: 'ENV', from: `ENV, which is ${origins.plexToken}` })
    } else if (!isAddress && isSecretKey(path.at(-1) ?? '') && text !== '' && !isHarmlessValue(text)) {
      found.push({ path, mark: '', from: null })
    }
  }
  return found
}

/** Whether the value is `url: ENV` or `token: ENV` of Plex (config.py:1858-1861). */
function isEnv(service: string, path: readonly string[], text: string, { secrets }: SourcedConfig): boolean {
  if (service !== 'plex' || text.toLowerCase() !== 'env') return false
  return path.at(-1) === 'url' ? secrets.plexUrl !== undefined : path.at(-1) === 'token'
}

/** For a section without a known address: the file itself decides where the value ends up. */
function placeItself({ service }: ServiceValues, { path, mark }: Secret, config: SourcedConfig): Destination[] {
  return fixedServices.has(service) ? [] : [{ file: config.fileOf(path), path, text: mark }]
}

function pairOf(to: Destination, secret: Secret, config: SourcedConfig): ForeignPair[] {
  const file = config.fileOf(secret.path)
  if (secret.from === null && file === to.file) return []
  const secretFrom = secret.from ?? file
  const what = secret.from === null ? `file ${file} ${secret.path.at(-1)}` : secret.mark
  return [
    {
      id: `${what} -> ${to.path.at(-1)} ${to.text}`,
      addressFile: to.file,
      addressPath: to.path.join('.'),
      address: URL.canParse(to.text) ? originOf(new URL(to.text)) : null,
      secretFrom,
      secretPath: secret.path.join('.'),
      isNamed: secret.from !== null,
    },
  ]
}

const originOf = ({ protocol, host }: URL): string => `${protocol}//${host}`

const keyOf = (path: readonly string[]): string => JSON.stringify(path)
