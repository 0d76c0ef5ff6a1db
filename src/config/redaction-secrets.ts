import { isList, isMap, textOf, walkScalars, type YamlValue } from './yaml-value.ts'

const secretKey =
  /token|api_?key|passw|secret|^pin$|^authorization$|^auth$|client_id|localhost_url|user_key|credential/i
/** Words that stand under such keys without being secret. */
const harmless = /^(?:|true|false|none|null|bearer|env|\d{1,3})$/i

/** Whether what stands under this key is taken for a secret. */
export const isSecretKey = (key: string): boolean => secretKey.test(key)
/** Whether a value is one that stands under such keys without being secret. */
export const isHarmlessValue = (text: string): boolean => harmless.test(text)

/** Everything in a config that must not reach a log: values under secret-like keys, and credentials inside URLs. */
export function findSecrets(document: YamlValue): string[] {
  const found = new Set<string>()
  collectNamed(document, found)
  walkScalars(document, (scalar) => {
    if (typeof scalar === 'string') for (const secret of secretsInUrl(scalar)) found.add(secret)
  })
  return [...found].filter((secret) => !harmless.test(secret))
}

function collectNamed(value: YamlValue, found: Set<string>): void {
  if (isList(value)) {
    for (const item of value) collectNamed(item, found)
  } else if (isMap(value)) {
    for (const [key, item] of value) {
      if (!secretKey.test(textOf(key))) collectNamed(item, found)
      else
        walkScalars(item, (scalar, path) => {
          // `authorization:` also holds scope, expires_in and created_at.
          const name = path.at(-1)
          if (name === undefined || secretKey.test(name) || /^\d+$/.test(name)) found.add(textOf(scalar))
        })
    }
  }
}

function secretsInUrl(text: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return []
  const secrets: string[] = []
  for (const [, name, value] of text.matchAll(/[?&#]([^=&#]+)=([^&#]*)/g)) {
    if (name !== undefined && value !== undefined && /token|key|secret|passw|code/i.test(name)) secrets.push(value)
  }
  const password = /^[^/]*\/\/[^/@:]*:([^/@]+)@/.exec(text)?.[1]
  if (password !== undefined) secrets.push(password)
  return secrets
}
