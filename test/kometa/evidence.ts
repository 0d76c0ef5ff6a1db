import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { writeFileAtomic } from '../../src/util/files/atomic-file.ts'
import type { Scenario } from './scenario.ts'

const uploadsSchema = z.record(z.string(), z.array(z.string()))

/** The result of one scenario: `poster <sha256>` for each upload, by ratingKey. */
const scenarioEvidenceSchema = z.object({
  /** Hash of everything that the scenario consists of, see `inputsHash`. */
  inputs: z.string(),
  direct: uploadsSchema,
  scoped: uploadsSchema,
  unscoped: uploadsSchema.optional(),
  /** Scoped previews, by the strategy that the server allowed. */
  strategies: z.record(z.string(), uploadsSchema).optional(),
})
export type ScenarioEvidence = z.infer<typeof scenarioEvidenceSchema>

const evidenceSchema = z.object({
  kometa: z.object({ version: z.string(), commit: z.string().nullable() }),
  scenarios: z.record(z.string(), scenarioEvidenceSchema),
})
export type Evidence = z.infer<typeof evidenceSchema>

const folder = new URL('../evidence/', import.meta.url)

/** The files `kometa-2.4.4.json` and so on. */
export const evidenceFiles = (): string[] => readdirSync(folder).filter((name) => /^kometa-.+\.json$/.test(name))

export function readEvidence(name: string): Evidence | null {
  if (!evidenceFiles().includes(name)) return null
  return evidenceSchema.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
}

/** Writes what was proved into the file of this Kometa version, and removes what was not. */
export async function recordEvidence(
  kometa: Evidence['kometa'],
  proved: ReadonlyMap<string, ScenarioEvidence | null>,
  known: readonly string[],
): Promise<void> {
  const name = `kometa-${kometa.version}.json`
  const earlier = readEvidence(name)?.scenarios ?? {}
  const scenarios: Evidence['scenarios'] = {}
  for (const scenario of known) {
    const evidence = proved.has(scenario) ? proved.get(scenario) : earlier[scenario]
    if (evidence) scenarios[scenario] = evidence
  }
  const file = fileURLToPath(new URL(name, folder))
  await writeFileAtomic(file, `${JSON.stringify({ kometa, scenarios } satisfies Evidence, null, 2)}\n`)
}

/** Stays the same while the scenario's library, pictures, config and targets do; expectations are not included. */
export async function inputsHash(scenario: Scenario): Promise<string> {
  const { expect: _expected, about: _about, ...inputs } = scenario
  return hash(JSON.stringify(await withoutFunctions(inputs)))
}

async function withoutFunctions(value: unknown): Promise<unknown> {
  if (typeof value === 'function') return hash(await value())
  if (value instanceof Uint8Array) return hash(value)
  if (Array.isArray(value)) return Promise.all(value.map(withoutFunctions))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(await Promise.all(entries.map(async ([key, item]) => [key, await withoutFunctions(item)])))
}

const hash = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
