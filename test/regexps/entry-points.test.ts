import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDotenv } from '../../src/config/read/environment/dotenv.ts'
import { kometaFilename } from '../../src/config/read/environment/kometa-filename.ts'
import { readSchedule } from '../../src/config/run-config/real-run/schedule.ts'
import { configCauses, overlayFileCauses } from '../../src/config/yaml/causes/config-causes.ts'
import { readPlaces } from '../../src/config/yaml/yaml-places.ts'
import { createLogParser } from '../../src/kometa/log/read/log-parser.ts'
import { leavesOut } from '../../src/kometa/log/words/leaves-out.ts'
import { saysNothingFits } from '../../src/kometa/log/words/nothing-fits.ts'
import { cutLists } from '../../src/kometa/log/words/user-words.ts'
import { parseTargetSpec } from '../../src/plex/lookup/target-spec.ts'
import { withOutputStems } from '../../src/run/targets/output-name.ts'
import { slug } from '../../src/run/targets/safe-name.ts'
import { hiddenIn } from '../../src/server/connect/hidden/hidden-uses.ts'
import { maskConfig } from '../../src/server/connect/hidden/mask-config.ts'
import { applyEdit } from '../../src/server/jobs/config/text-edits.ts'
import { normalise } from '../../src/server/library/search-text.ts'
import { createRedactor } from '../../src/util/redact.ts'
import { growth, maxGrowth } from '../support/growth.ts'

const redactor = createRedactor(['a secret of some length', 'Token-0123456789', 'short1'])
const before = maskConfig('plex: {url: "http://plex", token: abcdef0123456789}\n')
const hidden = { masks: before.masks, before: hiddenIn(before) }
const logFiles = ['overlays.py', 'overlay.py', 'plex.py', 'builder.py', 'config.py', 'util.py', 'kometa.py']

/** One line of Kometa's log from each of its files, then the end. */
function readLog(text: string): void {
  const parser = createLogParser()
  for (const file of logFiles) {
    parser.feed(`${`[2026-01-01 10:00:00,000] [${file}:1]`.padEnd(53)} [ERROR]    | ${text} |`)
    parser.feed(text)
  }
  parser.feed(text, 'console')
  parser.end()
}

interface Entry {
  act: (text: string) => unknown
  /** Texts to put before and after a repeated text; the prefix may be empty. */
  starts?: readonly string[]
  end?: string
}

/**
 * Everything that takes a text from the user, from Kometa or from a browser. The handling of a pasted config is tested
 * in test/server.
 */
const entries: Record<string, Entry> = {
  'the log of Kometa': {
    act: readLog,
    starts: ['Overlays Attempted on ', 'Overlay Error: ', 'Plex Error: '],
    end: '\n',
  },
  'lists in its messages': { act: cutLists, starts: [': '], end: '[' },
  'messages about what it left out': { act: (text) => leavesOut('overlay.py', 'warning', `Overlay Warning: ${text}`) },
  'messages about searches without a match': { act: saysNothingFits, starts: ['Plex Error: '] },
  redaction: { act: (text) => redactor.text(text) },
  'causes in a config': { act: (text) => configCauses(readPlaces(text)), starts: ['a: '] },
  'causes in an overlay file': { act: (text) => overlayFileCauses(readPlaces(text)), starts: ['overlays:\n'] },
  'an edit': { act: (text) => applyEdit(text, hidden, 'config.yml'), starts: ['a: '] },
  '.env': { act: (text) => parseDotenv(text, {}), starts: ['A=', "A='"] },
  schedules: { act: readSchedule, starts: ['all', 'daily('] },
  'names of folders': { act: kometaFilename },
  'a target on the command line': { act: parseTargetSpec },
  'names of previews': { act: slug, starts: ['a'], end: 'a' },
  'names of files': { act: (text) => withOutputStems([{ id: 'a', output: text }]), starts: ['a'], end: 'a' },
  'the search': { act: normalise },
}
const words = [
  ...[
    ' ',
    '\t',
    '\n',
    '.',
    '-',
    '/',
    '\\',
    ':',
    ': ',
    ',',
    ', ',
    '"',
    "'",
    '(',
    '[',
    '{',
    '<',
    '#',
    ' #',
    '- ',
    'a',
    '0',
    'é',
  ],
  ...[
    'a: ',
    'k: v\n',
    '\x24{',
    '\x24{a}',
    '<<',
    '<<a',
    '<<a[',
    '://',
    'x://',
    '?x=',
    "['",
    "', '",
    'using ',
    ' not found',
    'token: ',
  ],
  ...[
    'Overlay File (0) ',
    ': Overlay File (0) ',
    'Plex Error: ',
    "No '",
    "' found",
    'X-Plex-Token=',
    '(0/0) ',
    'all[',
    'daily(',
    '==',
  ],
]

describe.each(Object.keys(entries))('the work grows in proportion to the text: %s', (name) => {
  const { act, starts = [], end = '' } = entries[name] ?? { act: String }
  const grows = (start: string, repeated: string): number =>
    growth(act, (chars) => start + repeated.repeat(chars / repeated.length) + end)

  test('whatever is repeated', { timeout: 300_000 }, () => {
    const all = ['', ...starts].flatMap((start) => words.map((word) => ({ start, word, growth: grows(start, word) })))
    expect(all.filter((one) => one.growth >= maxGrowth)).toEqual([])
  })

  test('two alternating words', { timeout: 300_000 }, () => {
    const word = fc.constantFrom(...words)
    fc.assert(
      fc.property(fc.constantFrom('', ...starts), word, word, (start, one, other) => {
        expect(grows(start, one + other)).toBeLessThan(maxGrowth)
      }),
      { numRuns: 15 },
    )
  })
})
