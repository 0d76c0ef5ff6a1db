import { isList, isMap, textOf, type YamlKey, type YamlValue } from '../../yaml/yaml-value.ts'
import type { Dotenv } from './kometa-env.ts'

/** What `<<name>>` and `ENV` stand for. In memory only. */
export interface Secrets {
  /** Lower case with dashes -> value, in the order in which Kometa tries them. */
  values: ReadonlyMap<string, string>
  /** For `url: ENV` and `token: ENV`. */
  plexUrl: string | undefined
  plexToken: string | undefined
  /** Where each of these values comes from, in words for the user: `KOMETA_TMDB of the environment`. */
  origins: { byName: ReadonlyMap<string, string>; plexUrl: string; plexToken: string }
}

/** Options of Kometa with two letters or more, whose KOMETA_* variables are no secrets (kometa.py:84-184). */
const kometaOptions =
  'config times time run tests ts rt test run-test run-tests debug db trace tr log-requests lr log-request timeout ti no-verify-ssl nv collections-only co collection-only metadata-only mo metadatas-only playlists-only po playlist-only operations-only op operation operations lo library-only libraries-only operation-only overlays-only ov overlay overlays overlay-only run-collections rc cl collection collections run-collection run-libraries rl library libraries run-library run-files rf rm run-file metadata metadata-files run-metadata-files ignore-schedules is ignore-ghost ig delete-collections dc delete delete-collection delete-labels dl delete-label resume re no-countdown nc no-missing nm no-report nr read-only-config ro divider width low-priority lp validate va validate-config validate-level vl validate-schema vs validate-schemas schema-path sp validate-file vf validate-files validate-dir vd validate-directory docker linuxserver plex-url plex-token'
/** Only names of three letters or more get a variable, except the first of each option, which all are that long (kometa.py:188). */
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
 * Collects secrets as Kometa does (kometa.py:187-223): command line first, then KOMETA_* and PMM_* in the environment's order,
 * later ones over earlier ones. `env` is the process environment with `<kometa>/config/.env` after it.
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

/** Names that we give ourselves to values that the studio took out of a config; these are put back everywhere. */
export const ownSecretPrefix = 'kometa-preview-secret-'

export interface Substituted {
  value: YamlValue
  /** Names that nothing was found for, with the keys that lead to them. */
  unresolved: { name: string; path: readonly string[] }[]
  /** The values that were put in. */
  used: ReadonlySet<string>
  filled: readonly FilledValue[]
}

/** A value of the config in which a secret was put. */
export interface FilledValue {
  /** The keys that lead to it. */
  path: readonly string[]
  /** Of the secret, in lower case with dashes. */
  name: string
  /** As it stands in the config: `<<name>>`. */
  mark: string
  /** The value is this secret and nothing else. */
  isWhole: boolean
}

/**
 * Puts secrets in as Kometa does (config.py:479-493): not inside `template_variables`, one secret per value, at the first that is
 * found; a whole value `<<...>>` that is left over becomes null.
 */
export function substituteSecrets(input: YamlValue, secrets: ReadonlyMap<string, string>): Substituted {
  const unresolved: Substituted['unresolved'] = []
  const used = new Set<string>()
  const filled: FilledValue[] = []
  const names = [...secrets].flatMap(([name, value]) =>
    [name, name.toUpperCase().replaceAll('-', '_')].map((spelling) => ({ name, mark: `<<${spelling}>>`, value })),
  )
  const fill = (text: string, path: readonly string[], { name, mark, value }: (typeof names)[number]): string => {
    used.add(value)
    filled.push({ path, name, mark, isWhole: text === mark })
    return text.replaceAll(mark, () => value)
  }

  /** Variables that an alias shares stay one object: Kometa changes some of them, and then for all that share them. */
  const converted = new Map<YamlValue, YamlValue>()

  function scalar(text: string, path: readonly string[]): string | null {
    if (!text.includes('<<')) return text
    const hit = names.find(({ mark }) => text.includes(mark))
    const result = hit ? fill(text, path, hit) : text
    for (const [, name] of text.matchAll(/<<([\w-]+)>>/g)) {
      if (name !== undefined && (!hit || hit.mark !== `<<${name}>>`)) unresolved.push({ name, path })
    }
    return !hit && text.startsWith('<<') && text.endsWith('>>') ? null : result
  }

  function convert(value: YamlValue, path: readonly string[]): YamlValue {
    if (typeof value === 'string') return scalar(value, path)
    if (isList(value)) return value.map((item, at) => convert(item, [...path, String(at)]))
    if (!isMap(value)) return value
    const map = new Map<YamlKey, YamlValue>()
    for (const [key, item] of value) {
      const below = [...path, textOf(key)]
      map.set(key, key === 'template_variables' ? convertOwn(item, below) : convert(item, below))
    }
    return map
  }

  /** Kometa leaves template variables alone; ours stand for what the user wrote there. */
  function convertOwn(value: YamlValue, path: readonly string[]): YamlValue {
    if (isList(value))
      return once(
        value,
        value.map((item, at) => convertOwn(item, [...path, String(at)])),
      )
    if (isMap(value)) {
      return once(value, new Map([...value].map(([key, item]) => [key, convertOwn(item, [...path, textOf(key)])])))
    }
    const hit =
      typeof value === 'string' && value.startsWith('<<') ? names.find(({ mark }) => mark === value) : undefined
    return hit?.name.startsWith(ownSecretPrefix) ? fill(hit.mark, path, hit) : value
  }

  function once(from: YamlValue, made: YamlValue): YamlValue {
    const known = converted.get(from) ?? made
    converted.set(from, known)
    return known
  }

  return { value: convert(input, []), unresolved, used, filled }
}
