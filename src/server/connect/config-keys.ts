import { keyTables } from '../../config/yaml/causes/unknown-keys.ts'
import type { ConfigKey } from '../../contract/api/api-connect.ts'

/** Every key that Kometa reads, and what a preview does with it. */
export function listConfigKeys(): ConfigKey[] {
  return keyTables.flatMap(({ in: path, keys }) =>
    Object.entries(keys).map(([key, rule]) => ({
      in: path.join('.'),
      key,
      preview:
        rule.do === 'keep' ? ('kept' as const) : rule.do === 'drop' ? ('left out' as const) : ('changed' as const),
      why: 'why' in rule ? rule.why : null,
    })),
  )
}
