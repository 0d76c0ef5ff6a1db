import { isHarmlessValue, isSecretKey } from '../read/environment/redaction-secrets.ts'
import type { FilledValue, Secrets } from '../read/environment/secrets.ts'
import { get, textOf, type YamlMap } from '../yaml/yaml-value.ts'
import { listServiceValues, type ServiceValues } from './service-values.ts'

/** A config whose files have been laid over each other and whose secrets have been put in, and where each value of it comes from. */
export interface SourcedConfig {
  document: YamlMap
  /** The file in which the value under these keys stands. */
  fileOf(path: readonly string[]): string
  filled: readonly FilledValue[]
  secrets: Secrets
  /** Whether the secret was kept for the very file that names it here. */
  isOfItsFile(value: FilledValue): boolean
  /** The file whose `preview:` section counts, and what it says of the way to Plex. */
  preview: { file: string; fingerprint: boolean; exposeToken: boolean }
}

/** A secret that would go to an address which another source names. */
export interface ForeignPair {
  /** What is remembered when the user says that it is well. */
  id: string
  /** The file that names the address, and the place in it. */
  addressFile: string
  addressPath: string
  /** The address itself, where it may be shown: scheme, host and port. */
  address: string | null
  /** Where the secret comes from, in words. */
  secretFrom: string
  /** The place whose value it is: `plex.token`. */
  secretPath: string
  /** By a name of the environment, `.env` or `--secret`; else it stands in another file. */
  isNamed: boolean
}

/** Their addresses are Kometa's own: no config can change them. */
const fixedServices = new Set(['tmdb', 'omdb', 'mdblist', 'trakt', 'mal', 'anidb', 'github', 'notifiarr', 'simkl'])

interface Destination {
  file: string
  path: readonly string[]
  text: string
}

/**
 * Every secret of a config that would go to an address from another source: an address of one file and a secret of another one,
 * or of the environment, `.env` or `--secret`. An address that is itself the user's word, as `url: ENV` is, may get any.
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
  // What is no service's: an overlay's address with a name in it, a path.
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
  /** Where it is from, if not from the file that it stands in. */
  from: string | null
}

const namedSecret = ({ path, mark, name }: FilledValue, { secrets }: SourcedConfig): Secret => ({
  path,
  mark,
  from: `${mark}, which is ${secrets.origins.byName.get(name) ?? 'known to this call'}`,
})

/** Whom the values of a service go to, as far as files say so. null: nobody says, and it is no service of a fixed address. */
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
 * What else preview.yml says about where a token ends up: a certificate that is not looked at, or another one that counts, and
 * that Kometa itself gets the real one.
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
  // The config that preview.yml leans on is its own choice.
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

/** `url: ENV` and `token: ENV` of Plex (config.py:1858-1861). */
function isEnv(service: string, path: readonly string[], text: string, { secrets }: SourcedConfig): boolean {
  if (service !== 'plex' || text.toLowerCase() !== 'env') return false
  return path.at(-1) === 'url' ? secrets.plexUrl !== undefined : path.at(-1) === 'token'
}

/** A name in a section that no address is known of: where its value ends up is the file's own doing. */
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
