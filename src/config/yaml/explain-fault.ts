import { AppError } from '../../contract/errors.ts'
import { kometaKeys } from '../run-config/key-table.ts'
import type { Cause } from './causes/cause.ts'
import { syntaxCauses } from './causes/syntax-causes.ts'
import type { YamlRefusal } from './kometa-reading.ts'
import type { OwnReading, YamlFault } from './own-reading.ts'

/** What is wrong, by the code of a fault. The parsers' own messages quote the file, and that may be a token. */
const problems: Record<string, string> = {
  ALIAS_PROPS: 'an alias cannot have an anchor or a tag',
  BAD_ALIAS: 'an alias or anchor has a bad name',
  BAD_DQ_ESCAPE: 'a double-quoted text has an invalid "\\" escape; write "\\\\" for a backslash',
  BAD_INDENT: 'the indentation is wrong, or a bracket is not closed',
  BAD_MERGE: '"<<" needs a mapping',
  BAD_SCALAR_START: 'a value starts with a reserved character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a ": " stands inside a value; put the value in quotes',
  BLOCK_IN_FLOW: 'an indented block stands inside brackets',
  COMPLEX_KEY: 'a key must be a single value',
  CONTROL_CHARACTER: 'a control character stands here',
  DUPLICATE_KEY: 'the same key stands twice in one mapping',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a quote, bracket, comma or ":" is missing',
  MULTILINE_IMPLICIT_KEY: 'a key goes over more than one line; is a ":" missing?',
  NO_ANCHOR: 'an alias ("*name") has no anchor ("&name") before it',
  SECOND_DOCUMENT: 'a second document ("---") starts here; Kometa wants one',
  TAB: 'a tab stands here; Kometa takes blanks alone',
  TAB_AS_INDENT: 'a tab stands where YAML wants spaces',
  TOO_DEEP: 'more than 100 levels deep',
  TOO_MANY: 'more than 200000 values, aliases counted',
  UNEXPECTED_TOKEN: 'something stands where YAML does not allow it',
}

/** How many causes one message names. */
const mostCauses = 5

/** One line with file, line and column of each cause, and without a word of the file but names of Kometa's keys. */
export function explainFault(text: string, name: string, fault: YamlFault): AppError {
  const causes = causesOf(text, fault)
  const told = causes
    .slice(0, mostCauses)
    .map(({ line, column, words }) => `line ${line}, column ${column}: ${words}`)
    .join('; ')
  const more = causes.length > mostCauses ? '; and more' : ''
  const { line, column } = causes[0] ?? fault
  return new AppError('CONFIG_INVALID_YAML', `${name}, ${told}${more}`, { place: { line, column } })
}

/** Faults that have a cause of their own, whatever the lines before them show. */
const clear = new Set([
  'TAB',
  'CONTROL_CHARACTER',
  'DUPLICATE_KEY',
  'NO_ANCHOR',
  'BAD_MERGE',
  'SECOND_DOCUMENT',
  'COMPLEX_KEY',
  'TOO_DEEP',
  'TOO_MANY',
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
])

/** What the lines show, and the parser's fault where that is no consequence of it. */
function causesOf(text: string, { code, line, column }: YamlFault): Cause[] {
  const seen = syntaxCauses(text, kometaKeys)
  // Of a key that is indented too far the parser sees a value that goes on.
  const isLater = code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'MULTILINE_IMPLICIT_KEY'
  // A limit of ours is no consequence of anything: the text was not parsed at all.
  const isLimit = code === 'TOO_DEEP' || code === 'TOO_MANY'
  const isConsequence =
    !isLimit && seen.some((cause) => (clear.has(code) ? cause.line === line : isLater || cause.line <= line))
  if (isConsequence) return seen
  const own = { line, column, words: problems[code] ?? 'this is not valid YAML' }
  return [own, ...seen].sort((one, other) => one.line - other.line)
}

/** Why Kometa's reader refuses a file: where it gave up, and what we see there. */
export function explainRefusal(text: string, name: string, refusal: YamlRefusal, own: OwnReading): AppError {
  if ('fault' in own) return explainFault(text, name, own.fault)
  const [line, column] = refusal.at ?? refusal.from ?? [1, 1]
  const words = refusal.problem
  return new AppError('CONFIG_INVALID_YAML', `${name}, line ${line}, column ${column}: ${words}`, {
    place: { line, column },
  })
}
