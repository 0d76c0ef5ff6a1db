import { isList, isMap, textOf, type YamlKey, type YamlValue } from '../../yaml/yaml-value.ts'
import type { Dotenv } from './kometa-env.ts'

/** What `<<name>>` and `ENV` stand for. In memory only. */
export interface Secrets {
  /** Name in lower case with dashes -> value, in the order in which Kometa tries them. */
  values: ReadonlyMap<string, string>
  /** For `url: ENV` and `token: ENV`. */
  plexUrl: string | undefined
  plexToken: string | undefined
  /** The origin of each value in words for the user: `KOMETA_TMDB of the environment`. */
  origins: { byName: ReadonlyMap<string, string>; plexUrl: string; plexToken: string }
}

/** Options of Kometa with two letters or more, whose KOMETA_* variables are no secrets (kometa.py:84-184). */
const kometaOptions = [
  'config times time run tests ts rt test run-test run-tests debug db trace tr log-requests lr',
  'log-request timeout ti no-verify-ssl nv collections-only co collection-only metadata-only mo',
  'metadatas-only playlists-only po playlist-only operations-only op operation operations lo',
  'library-only libraries-only operation-only overlays-only ov overlay overlays overlay-only',
  'run-collections rc cl collection collections run-collection run-libraries rl library libraries',
  'run-library run-files rf rm run-file metadata metadata-files run-metadata-files ignore-schedules is',
  'ignore-ghost ig delete-collections dc delete delete-collection delete-labels dl delete-label resume',
  're no-countdown nc no-missing nm no-report nr read-only-config ro divider width low-priority lp',
  'validate va validate-config validate-level vl validate-schema vs validate-schemas schema-path sp',
  'validate-file vf validate-files validate-dir vd validate-directory docker linuxserver plex-url',
  'plex-token',
].join(' ')
/** Only names of three letters or more get a variable. The first name of every option is that long (kometa.py:188). */
const optionVariables = new Set(
  kometaOptions
    .split(' ')
    .filter((name) => name.length > 2)
    .map((name) => `KOMETA_${name.replaceAll('-', '_').toUpperCase()}`),
)

/** Whether KOMETA_<NAME> is a variable of one of Kometa's own options. */
export const isKometaOption = (capitals: string): boolean => optionVariables.has(`KOMETA_${capitals}`)

/** `--secret my_name=value` is `--kometa-my-name value` (kometa.py:187-204). */
export const secretName = (name: string): string => name.toLowerCase().replaceAll('_', '-')

/**
 * Collects secrets as Kometa does (kometa.py:187-223): the command line first, then KOMETA_* and PMM_* in the order
 * of the environment, where later values replace earlier ones. `env` is the process environment, followed by
 * `<kometa>/config/.env`.
 */
export function collectSecrets(
  given: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv,
  dotenv: Dotenv | null = null,
): Secrets {
  const values = new Map<string, string>()
  const byName = new Map<string, string>()
  const origin = (variable: string): string =>
    dotenv?.names.has(variable) ? `${variable} in ${dotenv.path}` : `${variable} of your environment`
  for (const [name, value] of Object.entries(given)) {
    values.set(secretName(name), value)
    byName.set(secretName(name), `--secret ${name}`)
  }
  const fromCommandLine = new Map(values)
  for (const [name, value] of Object.entries(env)) {
    const variable = /^(?:KOMETA|PMM)_/.exec(name.toUpperCase())
    if (value === undefined || value.trim() === '' || !variable || optionVariables.has(name.toUpperCase())) continue
    values.set(secretName(name.slice(variable[0].length)), value)
    byName.set(secretName(name.slice(variable[0].length)), origin(name))
  }
  const plex = (what: string): { value: string | undefined; from: string } => {
    const variable = [`KOMETA_PLEX_${what}`, `PMM_PLEX_${what}`].find((name) => env[name])
    if (variable !== undefined) return { value: env[variable], from: origin(variable) }
    const name = `plex-${what.toLowerCase()}`
    return { value: fromCommandLine.get(name), from: `--secret ${name}` }
  }
  const [url, token] = [plex('URL'), plex('TOKEN')]
  return {
    values,
    plexUrl: url.value,
    plexToken: token.value,
    origins: { byName, plexUrl: url.from, plexToken: token.from },
  }
}

/**
 * The prefix of names that the studio gives to values that it took out of a config. Such values are put back
 * everywhere.
 */
export const ownSecretPrefix = 'kometa-preview-secret-'

export interface Substituted {
  value: YamlValue
  /** Names without a known value, with the keys that lead to them. */
  unresolved: { name: string; path: readonly string[] }[]
  /** The values that were filled in. */
  used: ReadonlySet<string>
  filled: readonly FilledValue[]
}

/** A value of the config into which a secret was filled. */
export interface FilledValue {
  /** The keys that lead to it. */
  path: readonly string[]
  /** The name of the secret, in lower case with dashes. */
  name: string
  /** The text in the config: `<<name>>`. */
  mark: string
  /** The value is this secret and nothing else. */
  isWhole: boolean
}

/**
 * Fills in secrets as Kometa does (config.py:479-493): not inside `template_variables`, and one secret per value,
 * the first that is found. A whole value `<<...>>` without a secret becomes null.
 */
export function substituteSecrets(input: YamlValue, secrets: ReadonlyMap<string, string>): Substituted {
  const filler = createFiller(secrets)
  return { value: createConverter(filler)(input, []), ...filler.found }
}

type Path = readonly string[]

interface Filler {
  /** Fills the first secret into a text. */
  fill(text: string, path: Path): string | null
  /** Fills a secret of our own into a text that is nothing but its name. */
  fillOwn(text: string, path: Path): string
  found: Omit<Substituted, 'value'>
}

function createFiller(secrets: ReadonlyMap<string, string>): Filler {
  const unresolved: Substituted['unresolved'] = []
  const used = new Set<string>()
  const filled: FilledValue[] = []
  const names = [...secrets].flatMap(([name, value]) =>
    [name, name.toUpperCase().replaceAll('-', '_')].map((spelling) => ({ name, mark: `<<${spelling}>>`, value })),
  )
  const put = (text: string, path: Path, { name, mark, value }: (typeof names)[number]): string => {
    used.add(value)
    filled.push({ path, name, mark, isWhole: text === mark })
    return text.replaceAll(mark, () => value)
  }
  return {
    found: { unresolved, used, filled },
    fill(text, path) {
      if (!text.includes('<<')) return text
      const hit = names.find(({ mark }) => text.includes(mark))
      const result = hit ? put(text, path, hit) : text
      for (const [, name] of text.matchAll(/<<([\w-]+)>>/g)) {
        if (name !== undefined && (!hit || hit.mark !== `<<${name}>>`)) unresolved.push({ name, path })
      }
      return !hit && text.startsWith('<<') && text.endsWith('>>') ? null : result
    },
    fillOwn(text, path) {
      const hit = text.startsWith('<<') ? names.find(({ mark }) => mark === text) : undefined
      return hit?.name.startsWith(ownSecretPrefix) ? put(hit.mark, path, hit) : text
    },
  }
}

function createConverter({ fill, fillOwn }: Filler): (value: YamlValue, path: Path) => YamlValue {
  /** Variables that an alias shares stay one object: if Kometa changes them, they change everywhere. */
  const converted = new Map<YamlValue, YamlValue>()

  function convert(value: YamlValue, path: Path): YamlValue {
    if (typeof value === 'string') return fill(value, path)
    if (isList(value)) return value.map((item, at) => convert(item, [...path, String(at)]))
    if (!isMap(value)) return value
    const map = new Map<YamlKey, YamlValue>()
    for (const [key, item] of value) {
      const below = [...path, textOf(key)]
      map.set(key, key === 'template_variables' ? convertVariables(item, below) : convert(item, below))
    }
    return map
  }

  /**
   * Kometa fills nothing into template variables. Our own names stand for what the user wrote there, so they are
   * filled in.
   */
  function convertVariables(value: YamlValue, path: Path): YamlValue {
    if (typeof value === 'string') return fillOwn(value, path)
    if (!isList(value) && !isMap(value)) return value
    const made = isList(value)
      ? value.map((item, at) => convertVariables(item, [...path, String(at)]))
      : new Map([...value].map(([key, item]) => [key, convertVariables(item, [...path, textOf(key)])]))
    const known = converted.get(value) ?? made
    converted.set(value, known)
    return known
  }
  return convert
}
