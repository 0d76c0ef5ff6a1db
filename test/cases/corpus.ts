import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** `case.json`: what is previewed, and how. */
const caseSchema = z.object({
  targets: z.array(z.int().transform(String)),
  /** The path of the config within `files/`. */
  config: z.string().default('config/config.yml'),
  env: z.record(z.string(), z.string()).default({}),
  /** Kometa has run once, directly against Plex, before the preview; `mutate*.py` changes things in between. */
  warmup: z.boolean().default(false),
  /** Arguments of a direct run; by default only overlays run. */
  direct_mode: z.array(z.string()).optional(),
})

export interface Case extends z.infer<typeof caseSchema> {
  name: string
  dir: string
}

/** The folder of cases: `KOMETA_CASES`, or `shared/corpora/cases` next to the repository or in a folder above it. */
export function findCorpus(env: NodeJS.ProcessEnv = process.env): string | null {
  if (env.KOMETA_CASES) return env.KOMETA_CASES
  for (let at = fileURLToPath(new URL('../..', import.meta.url)); ; at = dirname(at)) {
    const place = join(at, 'shared', 'corpora', 'cases')
    if (existsSync(place)) return place
    if (dirname(at) === at) return null
  }
}

export function readCases(corpus: string): Case[] {
  return readdirSync(corpus, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const dir = join(corpus, name)
      return { name, dir, ...caseSchema.parse(JSON.parse(readFileSync(join(dir, 'case.json'), 'utf8'))) }
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** A file that only some cases have: `prepare.py`, `mutate.py`, `mutate_plex.py`. */
export function scriptOf({ dir }: Case, name: string): string | null {
  const path = join(dir, name)
  return existsSync(path) ? path : null
}
