import { AppError } from '../../contract/errors.ts'
import { kometaKeys } from '../run-config/key-table.ts'
import type { Cause } from './causes/cause.ts'
import { syntaxCauses } from './causes/syntax-causes.ts'
import type { YamlRefusal } from './kometa-reading.ts'
import type { OwnReading, YamlFault } from './own-reading.ts'

/** Words for each fault, by its code. The parsers' own messages quote the file, and the quote may contain a token. */
const problems: Record<string, string> = {
  ALIAS_PROPS: 'an alias cannot have an anchor or a tag',
  BAD_ALIAS: 'an alias or anchor has a bad name',
  BAD_DQ_ESCAPE: 'a double-quoted text has an invalid "\\" escape; write "\\\\" for a backslash',
  BAD_INDENT: 'the indentation is wrong, or a bracket is not closed',
  BAD_MERGE: '"<<" needs a mapping',
  BAD_SCALAR_START: 'a value starts with a reserved character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a value contains ": "; put the value in quotes',
  BLOCK_IN_FLOW: 'there is an indented block inside brackets',
  COMPLEX_KEY: 'a key must be a single value',
  CONTROL_CHARACTER: 'there is a control character here',
  DUPLICATE_KEY: 'one mapping has the same key twice',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a quote, bracket, comma or ":" is missing',
  MULTILINE_IMPLICIT_KEY: 'a key continues over more than one line; is a ":" missing?',
  NO_ANCHOR: 'an alias ("*name") has no anchor ("&name") before it',
  SECOND_DOCUMENT: 'a second document ("---") starts here; Kometa reads only one',
  TAB: 'there is a tab here; Kometa accepts only spaces',
  TAB_AS_INDENT: 'there is a tab where YAML wants spaces',
  TOO_DEEP: 'more than 100 levels deep',
  TOO_MANY: 'more than 200000 values, aliases counted',
  UNEXPECTED_TOKEN: 'YAML does not allow what is here',
}

/** The most causes that one message names. */
const mostCauses = 5

/**
 * One line with file, line and column of each cause. Of the words in the file it shows only the names of Kometa's
 * keys.
 */
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

/** Faults that explain themselves, whatever the lines before them show. */
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

/** The causes that the lines show, and the parser's fault unless one of these causes explains it. */
function causesOf(text: string, { code, line, column }: YamlFault): Cause[] {
  const seen = syntaxCauses(text, kometaKeys)
  // The parser takes a key that is indented too far for the rest of the value above it.
  const isLater = code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'MULTILINE_IMPLICIT_KEY'
  // A limit is our own: nothing explains it, since the text was not parsed at all.
  const isLimit = code === 'TOO_DEEP' || code === 'TOO_MANY'
  const isConsequence =
    !isLimit && seen.some((cause) => (clear.has(code) ? cause.line === line : isLater || cause.line <= line))
  if (isConsequence) return seen
  const own = { line, column, words: problems[code] ?? 'this is not valid YAML' }
  return [own, ...seen].sort((one, other) => one.line - other.line)
}

/** Why Kometa's reader refuses a file: the fault that we see, or else the place at which it gave up. */
export function explainRefusal(text: string, name: string, refusal: YamlRefusal, own: OwnReading): AppError {
  if ('fault' in own) return explainFault(text, name, own.fault)
  const [line, column] = refusal.at ?? refusal.from ?? [1, 1]
  const words = refusal.problem
  return new AppError('CONFIG_INVALID_YAML', `${name}, line ${line}, column ${column}: ${words}`, {
    place: { line, column },
  })
}
