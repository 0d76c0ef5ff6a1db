import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maxYamlBytes, parseYaml, readYamlFile } from '../../../src/config/yaml/yaml-read.ts'
import { numberOf, textOf, toPlain, type YamlKey, type YamlValue } from '../../../src/config/yaml/yaml-value.ts'
import { writeYaml } from '../../../src/config/yaml/yaml-write.ts'
import { AppError } from '../../../src/contract/errors.ts'
import { kometaPython, runPython } from '../python.ts'

function errorOf(run: () => unknown): AppError {
  try {
    run()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('no error')
}

describe('invalid YAML is reported in one line with file, line and column, and without a quote from the file', () => {
  test.each([
    ['plex:\n  token: kSECRET\n  token: kSECRET2\n', 'line 3, column 3', 'twice'],
    ['plex:\n\ttoken: kSECRET\n', 'line 2, column 1', 'tab'],
    ['a: 1\nb: [kSECRET, 2\nc: 3\n', 'line 2, column 4: a bracket ([) opens here', ''],
    ['a: "kSECRET\n', 'line 1, column 4', 'a quote (") opens here'],
    ['token: kSECRET: x\n', 'line 1, column 8', 'quotes'],
    ['token: @kSECRET\n', 'line 1, column 8', 'reserved'],
    ['token: "\\q kSECRET"\n', 'line 1, column 9', '"\\"'],
    ['a: 1\n} kSECRET\n', 'line 2, column 1', ''],
    ['a: 1\n---\nkSECRET: 2\n', 'line 2, column 1', 'second document'],
    ['a: *kSECRET\n', 'line 1, column 4', 'anchor'],
    ['? [kSECRET]\n: 1\n', 'line 1, column 3', 'single value'],
    ['a:\n  <<: kSECRET\n', 'line 2, column 3', 'mapping'],
    ['a:\n    - x: kSECRET\n      y: 1\n   - x: kSECRET\n', 'line 4, column 4', 'by 3 spaces, the one in line 2 by 4'],
  ])('%j', (text, place, words) => {
    const error = errorOf(() => parseYaml(text, 'config.yml'))
    expect(error.code).toBe('CONFIG_INVALID_YAML')
    expect(error.message).toContain(`config.yml, ${place}`)
    expect(error.message).toContain(words)
    expect(`${error.message} ${error.hint ?? ''} ${error.details.join()}`).not.toMatch(/kSECRET|\n/)
  })
})

describe('an error points at the cause, and names each of several', () => {
  const quote = (mark: string) => `a quote (${mark}) opens here and is not closed`
  test.each([
    ['a: 1\nb: "kSECRET\nc: 3\nd: "x"\ne: 1\n', [`line 2, column 4: ${quote('"')}`]],
    ["a:\n  - b: 'kSECRET\n  - b: 'x'\n", [`line 2, column 8: ${quote("'")}`]],
    ['a: 1\nb: [x, "kSECRET]\nc: 3\n', [`line 2, column 8: ${quote('"')} on its line`]],
    ["a: 'kSECRET's'\nb: 2\n", ["line 1, column 4: text follows the quoted text that begins here; write '' for a '"]],
    [
      'plex:\n  url: x\n   token: kSECRET\n',
      ['line 3, column 4: this key is indented by 3 spaces, the one in line 2 by 2'],
    ],
    [
      'plex:\n   url: x\n  token: kSECRET\n',
      ['line 3, column 3: this key is indented by 2 spaces, the one in line 2 by 3'],
    ],
    [
      'libraries:\n  Movies:\n    overlay_files:\n   - default: kSECRET\n',
      ['line 4, column 4: this list item is indented by 3 spaces, the key above it in line 3 by 4'],
    ],
    [
      'a:\n  - b: 1\n - b: kSECRET\nc: 1\n',
      ['line 3, column 2: this list item is indented by 1 space, the one in line 2 by 2'],
    ],
    ['a:\n  b: 1\n  - c: kSECRET\n', ['line 3, column 3: this list item is beside keys, such as the one in line 2']],
    [
      'a:\n  - default: x\n  -default: kSECRET\n',
      ['line 3, column 3: "-default" is a key to YAML, since no blank follows its dash; write "- default:"'],
    ],
    ['a:\n  - b: x\n  -kSECRET: 1\n', ['line 3, column 3: a blank is missing between the dash and the key']],
    [
      'plex:\n  url: x\n   token: y\ntmdb:\n  apikey: "kSECRET\nz: @a\nn:\u00a0b\nc: d: e\n',
      [
        'line 3, column 4: this key is indented by 3 spaces, the one in line 2 by 2',
        `line 5, column 11: ${quote('"')}`,
        'line 6, column 4: a value starts with a reserved character; put it in quotes',
        'line 7, column 3: there is a no-break space here, which looks like a blank; replace it with a blank',
        'line 8, column 4: a value contains ": "; put the value in quotes',
      ],
    ],
    [
      'a:\n  b:\n  -config/kSECRET.yml\n',
      ['line 3, column 3: a blank is missing between the dash and what follows it'],
    ],
    // A text block may look like anything, and no correct line is blamed.
    [
      'a: |\n  "x\n   - y: @z\n  q: "w\nb:\n- c: "1\n    2"\n- d\ne: {f: 1,\n  g: 2}\nh: k: l\n',
      ['line 11, column 4: a value contains ": "'],
    ],
  ])('%j', (text, causes) => {
    const { message, place } = errorOf(() => parseYaml(text, 'config.yml'))
    const told = message.replace('config.yml, ', '').split(/; (?=line \d)/)
    expect(told).toEqual(causes.map((cause) => expect.stringContaining(cause)))
    expect(message).not.toMatch(/kSECRET|\n/)
    expect(message).toContain(`line ${place?.line}, column ${place?.column}: `)
  })

  test('a file full of faults takes no longer than one pass', () => {
    const before = performance.now()
    for (const line of ['a: [\n', 'a: "x\n', "- 'x\n", ' a: b\n', `a${' '.repeat(50_000)}\n`]) {
      expect(
        errorOf(() => parseYaml(`? [x]\n${line.repeat(Math.ceil(60_000 / line.length))}`, 'x')).message,
      ).not.toContain('\n')
    }
    expect(performance.now() - before).toBeLessThan(20_000)
  })
})

test('a billion laughs end at the node limit, fast', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let n = 1; n < 12; n++)
    lines.push(
      `a${n}: &a${n} [${Array(10)
        .fill(`*a${n - 1}`)
        .join(', ')}]`,
    )
  const before = performance.now()
  expect(errorOf(() => parseYaml(lines.join('\n'), 'bomb.yml')).message).toContain('aliases counted')
  expect(performance.now() - before).toBeLessThan(5_000)
})

test('deep nesting is an error, not a stack overflow', () => {
  expect(errorOf(() => parseYaml('['.repeat(50_000), 'deep.yml')).code).toBe('CONFIG_INVALID_YAML')
  expect(errorOf(() => parseYaml(`${'- '.repeat(150)}x`, 'deep.yml')).message).toContain('levels deep')
})

test('no key reaches a prototype', () => {
  const plain = toPlain(parseYaml('__proto__: {polluted: true}\nconstructor: {prototype: {polluted: 1}}\n', 'x'))
  expect(Object.getOwnPropertyNames(plain)).toEqual(['__proto__', 'constructor'])
  expect('polluted' in {}).toBe(false)
})

describe('files', () => {
  let dir = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'yaml-test-'))
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  test('missing, a folder, too large, not UTF-8', async () => {
    await writeFile(join(dir, 'large.yml'), `a: "${'x'.repeat(maxYamlBytes)}"`)
    await writeFile(join(dir, 'latin.yml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9, 0x0a]))
    const codes = await Promise.all(
      ['none.yml', '.', 'large.yml', 'latin.yml'].map((name) =>
        readYamlFile(join(dir, name)).then(String, (error: AppError) => `${error.code} ${error.message}`),
      ),
    )
    expect(codes[0]).toMatch(/^CONFIG_UNREADABLE Cannot read .*none\.yml: there is no such file$/)
    expect(codes[1]).toMatch(/^CONFIG_UNREADABLE .* is not a file$/)
    expect(codes[2]).toMatch(/^CONFIG_INVALID_YAML .*large\.yml is larger than 4 MiB$/)
    expect(codes[3]).toMatch(/^CONFIG_INVALID_YAML .*latin\.yml is not UTF-8 text$/)
  })
})

test('scalars are typed as ruamel.yaml types them', () => {
  const text =
    'a: 010\nb: 1_000\nc: 0x1F\nd: 1.0\ne: 2024-01-01\nf: yes\ng: ~\nh:\ni: "1"\nj: .5\nk: _\nl: 0b11\nm: 1e3\nn: <<x>>\no: 12345678901234567000\np: -7\n'
  const map = parseYaml(text, 'x')
  if (!(map instanceof Map)) throw new Error('no map')
  expect([...map.values()].map(textOf)).toEqual([
    '10',
    '1000',
    '31',
    '1.0',
    '2024-01-01',
    'yes',
    'None',
    'None',
    '1',
    '.5',
    '_',
    '3',
    '1e3',
    '<<x>>',
    '12345678901234567000',
    '-7',
  ])
  expect([...map.values()].map(numberOf)).toEqual([
    10,
    1000,
    31,
    1,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    0.5,
    undefined,
    3,
    1000,
    undefined,
    12345678901234567000,
    -7,
  ])
})

test('merge keys, keys of other types and the order of keys survive', () => {
  const map = parseYaml('b: &b {x: 1, y: 2}\n"2": two\n2024: n\na:\n  <<: [*b, {y: 3, z: 4}]\n  x: 5\n', 'x')
  expect(toPlain(map)).toEqual({ b: { x: 1, y: 2 }, 2: 'two', 2024: 'n', a: { x: 5, y: 2, z: 4 } })
  expect(map instanceof Map && [...map.keys()]).toEqual(['b', '2', 2024, 'a'])
})

const scalar = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => Buffer.from(text).toString() === text),
  fc.constantFrom(
    'yes',
    'NULL',
    '~',
    '',
    ' ',
    '1',
    '0x1F',
    '1_0',
    '2024-01-01',
    '<<',
    '<<a>>',
    '- a',
    '#',
    "'",
    '"',
    '\\',
    'a: b',
    '=',
    '\u0085',
    '\ufeffx',
  ),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom({ plain: '1.0' }, { plain: '2024-01-01' }, { plain: '1_000' }, { plain: '0x1F' }),
)
const key = fc.oneof(fc.string(), fc.constantFrom('yes', '1', '~', '<<', 'x'.repeat(1100)))
const { tree } = fc.letrec<{ tree: YamlValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 4 }).map((entries) => new Map<YamlKey, YamlValue>(entries)),
  ),
}))

test('what is written is read back as the same', () => {
  fc.assert(
    fc.property(tree, (value) => {
      expect(parseYaml(writeYaml(value), 'x')).toEqual(value)
    }),
  )
})

test.skipIf(!kometaPython)('ruamel.yaml reads what we write, and reads what we read (needs KOMETA_PYTHON)', () => {
  const program = `
import sys, json, ruamel.yaml, datetime
def plain(v):
    if isinstance(v, dict): return ["map", [[plain(k), plain(x)] for k, x in v.items()]]
    if isinstance(v, list): return ["list", [plain(x) for x in v]]
    if v is None or isinstance(v, (bool, str)): return v
    if isinstance(v, (datetime.date, datetime.datetime)): return ["date", v.isoformat()]
    return ["number", float(v)]
print(json.dumps([plain(ruamel.yaml.YAML().load(t)) for t in json.load(sys.stdin)]))`
  const ours = (value: YamlValue): unknown => {
    if (value instanceof Map) return ['map', [...value].map(([k, v]) => [ours(k), ours(v)])]
    if (Array.isArray(value)) return ['list', value.map(ours)]
    const number = numberOf(value)
    if (number !== undefined) return ['number', number]
    return typeof value === 'object' && value !== null ? ['date', textOf(value)] : value
  }
  const values = fc.sample(tree, 400)
  expect(runPython(program, values.map(writeYaml))).toEqual(values.map(ours))
})
