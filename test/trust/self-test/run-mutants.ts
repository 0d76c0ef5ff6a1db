import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../random.ts'
import { makeScratch, type Patch } from './scratch.ts'

/** What decides what may leave, and what keeps what must not be lost; and the tests that stand guard over each. */
const guarded: readonly { files: (root: string) => string[]; tests: readonly string[]; config?: string }[] = [
  {
    files: () => [
      ...['src/proxy/policy.ts', 'src/proxy/token-check.ts', 'src/plex/classify-read.ts', 'src/plex/match-template.ts'],
      ...[
        'src/plex/request-target.ts',
        'src/plex/value-shapes.ts',
        'src/plex/section-meta.ts',
        'src/plex/upstream-headers.ts',
      ],
    ],
    tests: [
      'src/proxy',
      'src/plex',
      'test/wire/proxy-',
      'test/wire/upstream',
      'test/trust/raw-cases',
      'test/trust/write-matrix',
    ],
  },
  {
    files: (root) =>
      ['src/proxy/capture', 'src/proxy/capture/multipart'].flatMap((folder) =>
        readdirSync(join(root, folder))
          .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'types.ts')
          .map((name) => `${folder}/${name}`),
      ),
    tests: ['src/proxy/capture', 'test/wire/capture-', 'test/wire/proxy-write', 'test/trust/disk'],
  },
]

/** Small changes, each of another kind. */
const changes: readonly [kind: string, find: RegExp, put: (match: string) => string][] = [
  ['equality', / (===|!==) /g, (match) => (match === ' === ' ? ' !== ' : ' === ')],
  [
    'comparison',
    / (<|>|<=|>=) (?=[\w(])/g,
    (match) => ({ ' < ': ' <= ', ' > ': ' >= ', ' <= ': ' < ', ' >= ': ' > ' })[match] ?? match,
  ],
  ['and/or', / (&&|\|\|) /g, (match) => (match === ' && ' ? ' || ' : ' && ')],
  ['boolean', /\b(true|false)\b/g, (match) => (match === 'true' ? 'false' : 'true')],
  ['number', /\b[1-9]\d*\b/g, (match) => String(Number(match) + 1)],
  ['plus', / \+ (?=\d|\w)/g, () => ' - '],
  ['negation', /\(!(?=\w)/g, () => '('],
  ['call left out', /^ +await [\w.]+\([^()\n]*\)$/gm, () => ''],
  ['guard left out', /^ +if \([^\n]*\) (return|throw) [^\n]*$/gm, () => ''],
]

interface Mutant {
  file: string
  line: number
  kind: string
  from: string
  patch: Patch
}

/** Each mutant that nobody notices is shown: it is a gap, or it changes nothing. True when 90 % of them were noticed. */
export async function runMutants(root: string, count: number, seed: number): Promise<boolean> {
  const random = createRandom(seed)
  using scratch = makeScratch(root)
  let tried = 0
  const alive: Mutant[] = []
  for (const { files, tests } of guarded) {
    const all = files(root).flatMap((file) => mutantsOf(root, file))
    const share = Math.ceil(count / guarded.length)
    console.log(
      `${all.length} mutants of ${files(root).length} files, ${Math.min(share, all.length)} of them tried, seed ${seed}`,
    )
    for (let left = share; left > 0 && all.length > 0; left -= 1) {
      const [mutant] = all.splice(random.below(all.length), 1)
      if (!mutant) break
      tried += 1
      const isNoticed = await scratch.withPatches([mutant.patch], async () => {
        // The quick ones first: most mutants end there.
        for (const [config, chosen] of suites(tests)) {
          if (chosen.length > 0 && (await scratch.test(chosen, { config })).failed > 0) return true
        }
        return false
      })
      if (!isNoticed) alive.push(mutant)
      console.log(
        `${isNoticed ? 'noticed ' : 'ALIVE   '} ${mutant.file}:${mutant.line} ${mutant.kind}: ${mutant.from.trim()}`,
      )
    }
  }
  const died = tried - alive.length
  console.log(`\n${tried} mutants, ${died} noticed: ${((100 * died) / tried).toFixed(1)} % (wanted: 90 %)`)
  return died / tried >= 0.9
}

function suites(tests: readonly string[]): [config: string, files: string[]][] {
  const isTrust = (test: string) => test.startsWith('test/trust/')
  return [
    ['vitest.config.ts', tests.filter((test) => !isTrust(test))],
    ['vitest.trust.config.ts', tests.filter(isTrust)],
  ]
}

function mutantsOf(root: string, file: string): Mutant[] {
  const text = readFileSync(join(root, file), 'utf8')
  return changes.flatMap(([kind, find, put]) =>
    [...text.matchAll(find)].flatMap((match) => {
      const start = text.lastIndexOf('\n', match.index) + 1
      const lineEnd = text.indexOf('\n', match.index)
      const from = text.slice(start, lineEnd === -1 ? text.length : lineEnd)
      // Comments, imports and types are no behaviour.
      if (/^\s*(\/\/|\*|\/\*|import|export (type|interface)|type |interface )/.test(from)) return []
      const changed = text.slice(0, match.index) + put(match[0]) + text.slice(match.index + match[0].length)
      const line = text.slice(0, match.index).split('\n').length
      return changed === text ? [] : [{ file, line, kind, from, patch: { file, find: text, put: changed } }]
    }),
  )
}
