import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

test('CI runs what .ci/run runs, on each Node line that package.json allows', () => {
  const { engines } = JSON.parse(read('package.json'))
  const { jobs } = parse(read('.github/workflows/ci.yml'))
  const nodes: string[] = jobs.ci.strategy.matrix.node
  expect(nodes).toEqual(['20.19', '22', '24'])
  expect(engines.node).toBe('^20.19.0 || >=22.12.0')
  expect(jobs.ci.steps.at(-1).run).toBe('.ci/run')
  expect(read('.ci/run').trimEnd().split('\n').at(-1)).toBe('npm test')
})

test('every form and setting of the repository host is valid YAML', () => {
  const files = readdirSync(join(root, '.github'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yml'),
  )
  expect(files.length).toBeGreaterThanOrEqual(5)
  for (const file of files) expect(parse(read(join('.github', file))), file).toBeTypeOf('object')
})

test('a bug report asks for the output of doctor', () => {
  const { body } = parse(read('.github/ISSUE_TEMPLATE/bug.yml'))
  const fields: { id?: string; attributes: { label?: string }; validations?: { required?: boolean } }[] = body
  const doctor = fields.find(({ id }) => id === 'doctor')
  expect(doctor?.attributes.label).toContain('doctor --json')
  expect(doctor?.validations?.required).toBe(true)
})

test('every page of decisions is in their table, and says what was decided, why, and what it costs', () => {
  const pages = readdirSync(join(root, 'docs/decisions')).filter((name) => name !== 'README.md')
  const table = read('docs/decisions/README.md')
  expect(pages.length).toBeGreaterThanOrEqual(8)
  for (const page of pages) {
    expect(table, page).toContain(`(${page})`)
    const text = read(`docs/decisions/${page}`)
    for (const part of ['**Decided.**', '**Why', '**What it costs.**']) expect(text, page).toContain(part)
  }
})
