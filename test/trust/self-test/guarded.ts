import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A source that decides what may leave or keeps what must not be lost, and the tests that stand guard over it. */
export interface Guarded {
  file: string
  /** Beginnings of test files, the quick ones first: most mutants end there. */
  tests: readonly string[]
}

const rawWire = ['test/wire/proxy-raw', 'test/wire/proxy-read', 'test/wire/proxy-write']
const raw = 'test/trust/raw-cases'
const matrix = 'test/trust/write-matrix'
const own = (file: string) => file.replace(/\.ts$/, '.test')

const policy: readonly [file: string, tests: readonly string[]][] = [
  ['src/proxy/policy.ts', ['src/proxy/policy', ...rawWire, raw]],
  ['src/proxy/token-check.ts', ['src/proxy/token-check', 'src/proxy/policy', ...rawWire, raw]],
  ['src/proxy/upload-path.ts', ['src/proxy/policy', 'src/proxy/upload-path', 'test/wire/proxy-write']],
  ['src/proxy/own-url.ts', ['src/proxy/own-url', 'test/wire/capture-url', 'test/wire/proxy-write']],
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
  ['src/plex/classify-read.ts', ['src/plex/', 'src/proxy/policy', ...rawWire, raw, matrix]],
  ['src/plex/match-template.ts', ['src/plex/', 'src/proxy/policy', ...rawWire, raw, matrix]],
  ['src/plex/read-templates.ts', ['src/plex/', 'test/wire/plex-api', 'test/wire/proxy-read', matrix]],
  ['src/plex/request-target.ts', ['src/plex/', 'src/proxy/policy', ...rawWire, raw]],
  ['src/plex/value-shapes.ts', ['src/plex/', 'test/wire/proxy-read', raw]],
  ['src/plex/section-meta.ts', ['src/plex/', 'test/wire/proxy-read', matrix]],
  ['src/plex/upstream-headers.ts', ['src/plex/', 'test/wire/upstream', ...rawWire, raw]],
]

const captureWire = ['test/wire/capture-', 'test/wire/proxy-write', 'test/trust/disk']

/** Policy and capture. */
export function guardedFiles(root: string): Guarded[] {
  const inFolder = (folder: string): Guarded[] =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'types.ts')
      .map((name) => ({
        file: `${folder}/${name}`,
        tests: [...new Set([own(`${folder}/${name}`), 'src/proxy/capture/', ...captureWire])],
      }))
  return [
    ...policy.map(([file, tests]) => ({ file, tests })),
    ...inFolder('src/proxy/capture'),
    ...inFolder('src/proxy/capture/multipart'),
  ]
}
