import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A source file that decides what may leave or protects what must not be lost, with the tests that check it. */
export interface Guarded {
  file: string
  /** Prefixes of test files, quick ones first: most mutants end there. */
  tests: readonly string[]
}

const rawWire = ['test/wire/proxy-raw', 'test/wire/proxy-read', 'test/wire/proxy-write']
const raw = 'test/trust/raw-cases'
const matrix = 'test/trust/write-matrix'
const own = (file: string) => file.replace(/\.ts$/, '.test')

const policy: readonly [file: string, tests: readonly string[]][] = [
  ['src/policy/verdict.ts', ['src/policy/verdict', ...rawWire, raw]],
  ['src/policy/token-check.ts', ['src/policy/token-check', 'src/policy/verdict', ...rawWire, raw]],
  ['src/policy/upload-path.ts', ['src/policy/verdict', 'src/policy/upload-path', 'test/wire/proxy-write']],
  ['src/policy/own-url.ts', ['src/policy/own-url', 'test/wire/capture-url', 'test/wire/proxy-write']],
  ['src/proxy/handle-request.ts', ['src/proxy/handle-request', ...rawWire, 'test/wire/proxy-lifecycle', raw]],
  [
    'src/proxy/handle-write.ts',
    [
      'test/wire/proxy-write',
      'test/wire/capture-url',
      'test/wire/capture-bounds',
      'test/wire/proxy-raw',
      'test/trust/disk',
    ],
  ],
  ['src/policy/classify-read.ts', ['src/policy/', 'src/policy/verdict', ...rawWire, raw, matrix]],
  ['src/policy/known-reads/match-template.ts', ['src/policy/', 'src/policy/verdict', ...rawWire, raw, matrix]],
  ['src/policy/known-reads/read-templates.ts', ['src/policy/', 'test/wire/plex-api', 'test/wire/proxy-read', matrix]],
  ['src/policy/resource.ts', ['src/policy/', 'src/policy/verdict', ...rawWire, raw]],
  ['src/policy/known-reads/value-shapes.ts', ['src/policy/', 'test/wire/proxy-read', raw]],
  ['src/policy/section-meta.ts', ['src/policy/', 'test/wire/proxy-read', matrix]],
  ['src/plex/upstream/upstream-headers.ts', ['src/policy/', 'test/wire/upstream', ...rawWire, raw]],
]

const captureWire = ['test/wire/capture-', 'test/wire/proxy-write', 'test/trust/disk']

/** The files of policy and capture. */
export function guardedFiles(root: string): Guarded[] {
  const inFolder = (folder: string): Guarded[] =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'types.ts')
      .map((name) => ({
        file: `${folder}/${name}`,
        tests: [...new Set([own(`${folder}/${name}`), 'src/proxy/capture/', ...captureWire])],
      }))
  const listed = new Set(policy.map(([file]) => file))
  const otherPolicy = readdirSync(join(root, 'src/policy'), { recursive: true, encoding: 'utf8' })
    .map((name) => `src/policy/${name.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !listed.has(file))
    .map((file) => ({ file, tests: ['src/policy/', 'test/memo/', 'test/shadow/', ...rawWire] }))
  return [
    ...policy.map(([file, tests]) => ({ file, tests })),
    ...otherPolicy,
    ...inFolder('src/proxy/capture'),
    ...inFolder('src/proxy/capture/multipart'),
  ]
}
