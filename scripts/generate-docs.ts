import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { previewSectionSchema } from '../src/contract/preview.ts'
import { summarySchema } from '../src/contract/summary.ts'
import { commandsDocument } from './docs/commands.ts'
import { previewKeysDocument } from './docs/preview-keys.ts'

const previewIntro = `
A prepared job is a folder with a preview.yml. \`kometa-preview run --job DIR\` reads DIR/config/preview.yml or
DIR/preview.yml, and writes its results into DIR. The studio and \`run --out\` also write a preview.yml, so that you can
run each of their jobs again.

\`\`\`yaml
preview:
  config: /path/to/kometa/config/config.yml
  targets:
    - id: metropolis
      ratingKey: 4711
    - id: dragnet-s01e02
      type: episode
      ratingKey: 4812
\`\`\`

A preview.yml may itself have \`plex\`, \`libraries\`, \`settings\` and any other section of a Kometa config. If it
also has \`preview.config\`, each section in preview.yml replaces the same section of that config. Only \`plex\` is
merged key by key. Relative paths in \`config\`, \`kometa_config_dir\` and \`kometa_cwd\` start from the folder of
preview.yml.

An address and the secret for it must come from the same file, or you must give the address yourself
([where a secret goes](safety.md#where-a-secret-goes)). Editors that support JSON Schema can use
[preview.schema.json](preview.schema.json).
`

/**
 * The documents that are made from the code, by their path in the repository. A test compares them with the files.
 */
export async function generateDocs(): Promise<Record<string, string>> {
  return {
    'docs/commands.md': await commandsDocument(),
    'docs/preview-yml.md': previewKeysDocument(previewIntro),
    'docs/summary.schema.json': jsonSchema(summarySchema, 'output/summary.json of a Kometa Preview job'),
    'docs/preview.schema.json': jsonSchema(previewSectionSchema, 'The `preview:` section of preview.yml'),
  }
}

function jsonSchema(schema: z.ZodType, title: string): string {
  return `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) }, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(await generateDocs())) {
    writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), text)
  }
}
