import type { Random } from './random.ts'

/** What users write, on a small scale: every YAML notation for each construct. */
const seeds: readonly string[] = [
  `libraries:
  Movies:
    remove_overlays: false
    overlay_files:
    - default: resolution
      template_variables:
        use_4K: true
        back_color: "#00000099"
    - file: config/o.yml
    - folder: config/overlays/ # all of them
  TV Shows: {overlay_files: [{default: status, template_variables: {builder_level: season}}]}
plex:
  url: http://192.168.1.12:32400
  token: lab-token-0123456789
  timeout: 60
settings:
  cache: true
  cache_expiration: 60
  asset_directory:
  - config/assets
  run_order: [operations, metadata, collections, overlays]
`,
  `overlays:
  one:
    overlay:
      name: text(4K)
      horizontal_offset: 15
      horizontal_align: right
      font_color: "#FFFFFFFF"
      font: 'config/fonts/It''s.ttf'
    plex_search:
      all:
        resolution: 4k, 1080
        added: 2024-01-01
        critic_rating.gte: 7.5
  two: {overlay: {name: "blur(50)"}, plex_all: true}
queues:
  corner:
    - {horizontal_align: left, vertical_align: top, horizontal_offset: 15, vertical_offset: 15}
templates:
  badge:
    default: {weight: 10}
    optional: [a, b]
    overlay: {name: <<overlay_name>>, weight: <<weight>>}
`,
  `x-files: &files
  - default: resolution
    template_variables: &vars
      vertical_align: bottom
      use_hd: &yes true
common: &common {a: 1, b: [x, y]}
libraries:
  Movies:
    overlay_files: *files
    template_variables:
      <<: *vars
      use_4k: *yes
  TV Shows:
    <<: [*common, {c: 3}]
    overlay_files: *files
`,
  `a: |
  literal
    deeper
  end
b: >-
  folded
  text

  more
c: "two
  lines"
d: 'a
  b'
e: [
  1, 2,
  3
]
f: {
  x: 1,
  y: "z"
}
? key
: value
`,
  'a: 0o17\nb: 0x1F\nc: 1_000\nd: 1e3\ne: .5\nf: 012\ng: ~\nh:\ni: yes\nj: 12:30\nk: 1.0\nl: +.inf\nm: 2024-01-01 10:00:00\nn: =\no: -0\np: 0b11\nq: !!str 5\nr: !t x\ns: 1.\n"t": u\n5: v\ntrue: w\n',
]

const lineEdits: readonly ((line: string, random: Random) => string)[] = [
  (line) => ` ${line}`,
  (line) => line.replace(/^ /, ''),
  (line) => line.replace(/^ {2}/, '\t'),
  (line) => `${line}\t`,
  (line) => `${line}\t# note`,
  (line) => line.replace(': ', ':\t'),
  (line) => line.replace(': ', ':'),
  (line) => line.replace('- ', '-'),
  (line) => line.replace(':', ''),
  (line) => line.replace(': ', ':\u00a0'),
  (line) => line.replace(/^( *)/, '$1- '),
  (line) => line.replace(/: (.*)$/, ': "$1'),
  (line) => line.replace(/: (.*)$/, ": '$1"),
  (line) => line.replace(/: (.*)$/, ': [$1'),
  (line) => line.replace(/: (.*)$/, ': {$1}'),
  (line) => line.replace(/: (.*)$/, ': @$1'),
  (line) => line.replace(/: (.*)$/, ': &a $1'),
  (line) => line.replace(/: (.*)$/, ': *$1'),
  (line) => line.replace(/: (.*)$/, ': $1: x'),
  (line) => line.replace(/: (.*)$/, ': !!str $1'),
  (line) => line.replace(/: (.*)$/, ': |\n$1'),
  (line, random) => line.replace(/: (.*)$/, `: ${random.pick(scalars)}`),
  (line) => `${line} # comment`,
  (line) => `${line}\n`,
  (line) => `${line}\n\t`,
  (line) => `${line}\n${line}`,
  (line) => `# ${line}`,
  (line) => `${line}\r`,
]

const scalars: readonly string[] = [
  ...[
    'yes',
    'No',
    'on',
    '~',
    'null',
    'NULL',
    '',
    '1_0',
    '0777',
    '08',
    '0o7',
    '0o8',
    '0x',
    '0xg',
    '0b2',
    '+1',
    '--1',
    '_1',
  ],
  ...[
    '1e3',
    '1e',
    '1.5e-3',
    '.e3',
    '._1',
    '1.2.3',
    '.inf',
    '-.INF',
    '.NaN',
    '1:20',
    '190:20:30',
    '2024-01-01',
    '2024-1-1',
  ],
  ...['2024-13-01', '2001-12-14t21:59:43.10-05:00', '2001-12-14 21:59:43Z', '=', '<<', '- a', '? a', 'a: b', '"a\\nb"'],
  ...[
    "'it''s'",
    '"\\x41\\u00e9"',
    '"\\q"',
    '%a',
    '`a',
    '|-',
    '>',
    '[]',
    '{}',
    '[a, b',
    '{a: b, c}',
    '[a: b]',
    '[? a]',
    '*x',
    '&y',
  ],
  ...[
    '!t',
    '!!int "5"',
    '!!binary aGk=',
    '!!set {a, b}',
    '#x',
    'a #b',
    'a#b',
    'a:b',
    ':a',
    'a :b',
    'é',
    '\u2028',
    '\u0007',
    '😀',
  ],
]

const headers: readonly string[] = [
  '%YAML 1.1\n---\n',
  '%YAML 1.2\n---\n',
  '---\n',
  '\ufeff',
  '# note\n',
  '%TAG ! x:\n---\n',
  '\n',
]
const characters = [...':-#"\'[]{},&*!|>%@`?~\\ \t\n0aA.=<']

/** A file as a person or a tool may leave it. */
export function fuzzYaml(random: Random, more: readonly string[] = []): string {
  let text = random.pick(more.length > 0 && random.chance(0.5) ? more : seeds)
  if (random.chance(0.3))
    text = text
      .split('\n')
      .slice(0, 1 + random.below(30))
      .join('\n')
  if (random.chance(0.15)) text = random.pick(headers) + text
  if (random.chance(0.1)) text = text.replaceAll('\n', '\r\n')
  const edits = random.below(5)
  for (let at = 0; at < edits; at++) text = random.chance(0.75) ? editLine(text, random) : editCharacter(text, random)
  return text
}

function editLine(text: string, random: Random): string {
  const lines = text.split('\n')
  const at = random.below(lines.length)
  const what = random.below(10)
  if (what === 0) lines.splice(at, 1)
  else if (what === 1) lines.splice(at, 0, lines[random.below(lines.length)] ?? '')
  else lines[at] = random.pick(lineEdits)(lines[at] ?? '', random)
  return lines.join('\n')
}

function editCharacter(text: string, random: Random): string {
  const at = random.below(text.length + 1)
  const cut = random.below(3)
  return text.slice(0, at) + (random.chance(0.7) ? random.pick(characters) : '') + text.slice(at + cut)
}
