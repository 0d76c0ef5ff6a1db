import { isList, isMap, textOf, type YamlKey, type YamlValue } from './yaml-value.ts'

/** What `<<name>>` and `ENV` stand for. In memory only. */
export interface Secrets {
  /** Lower case with dashes -> value, in the order in which Kometa tries them. */
  values: ReadonlyMap<string, string>
  /** For `url: ENV` and `token: ENV`. */
  plexUrl: string | undefined
  plexToken: string | undefined
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
export function collectSecrets(given: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv): Secrets {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(given)) values.set(secretName(name), value)
  const fromCommandLine = new Map(values)
  for (const [name, value] of Object.entries(env)) {
    const variable = /^(?:KOMETA|PMM)_/.exec(name.toUpperCase())
    if (value === undefined || value.trim() === '' || !variable || optionVariables.has(name.toUpperCase())) continue
    values.set(secretName(name.slice(variable[0].length)), value)
  }
  const plex = (what: string): string | undefined =>
    env[`KOMETA_PLEX_${what}`] || env[`PMM_PLEX_${what}`] || fromCommandLine.get(`plex-${what.toLowerCase()}`)
  return { values, plexUrl: plex('URL'), plexToken: plex('TOKEN') }
}

/** Names that we give ourselves to values that the studio took out of a config; these are put back everywhere. */
export const ownSecretPrefix = 'kometa-preview-secret-'

export interface Substituted {
  value: YamlValue
  /** Names that nothing was found for, with the keys that lead to them. */
  unresolved: { name: string; path: readonly string[] }[]
  /** The values that were put in. */
  used: ReadonlySet<string>
}

/**
 * Puts secrets in as Kometa does (config.py:479-493): not inside `template_variables`, one secret per value, at the first that is
 * found; a whole value `<<...>>` that is left over becomes null.
 */
export function substituteSecrets(input: YamlValue, secrets: ReadonlyMap<string, string>): Substituted {
  const unresolved: Substituted['unresolved'] = []
  const used = new Set<string>()
  const names = [...secrets].flatMap(([name, value]) =>
    [name, name.toUpperCase().replaceAll('-', '_')].map((spelling) => ({ mark: `<<${spelling}>>`, value })),
  )

  function scalar(text: string, path: readonly string[]): string | null {
    if (!text.includes('<<')) return text
    const hit = names.find(({ mark }) => text.includes(mark))
    if (hit) used.add(hit.value)
    const result = hit ? text.replaceAll(hit.mark, () => hit.value) : text
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
      map.set(key, key === 'template_variables' ? convertOwn(item) : convert(item, [...path, textOf(key)]))
    }
    return map
  }

  /** Kometa leaves template variables alone; ours stand for what the user wrote there. */
  function convertOwn(value: YamlValue): YamlValue {
    if (isList(value)) return value.map(convertOwn)
    if (isMap(value)) return new Map([...value].map(([key, item]) => [key, convertOwn(item)]))
    const own = typeof value === 'string' ? /^<<([\w-]+)>>$/.exec(value)?.[1] : undefined
    const found = own?.startsWith(ownSecretPrefix) ? secrets.get(own) : undefined
    if (found !== undefined) used.add(found)
    return found ?? value
  }

  return { value: convert(input, []), unresolved, used }
}
