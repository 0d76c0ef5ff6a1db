import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { previewSectionSchema } from '../src/contract/preview.ts'
import { summarySchema } from '../src/contract/summary.ts'

/** The documents that are made from the code: path below the repository -> text. A test compares them with the files. */
export function generateDocs(): Record<string, string> {
  return {
    'docs/summary.schema.json': jsonSchema(summarySchema, 'output/summary.json of a Kometa Preview job'),
    'docs/preview.schema.json': jsonSchema(previewSectionSchema, 'The `preview:` section of preview.yml'),
  }
}

function jsonSchema(schema: z.ZodType, title: string): string {
  return `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) }, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(generateDocs())) {
    writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), text)
  }
}
