import { AppError } from '../../contract/errors.ts'
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

/** One line with file, line and column, and without a word of the file. */
export function explainFault(text: string, name: string, { code, line, column }: YamlFault): AppError {
  const words = causeIn(text, line, code) ?? problems[code] ?? 'this is not valid YAML'
  return new AppError('CONFIG_INVALID_YAML', `${name}, line ${line}, column ${column}: ${words}`, {
    place: { line, column },
  })
}

/** Faults that have a cause of their own, whatever stands in their line. */
const clear = new Set([
  'TAB',
  'CONTROL_CHARACTER',
  'DUPLICATE_KEY',
  'NO_ANCHOR',
  'BAD_MERGE',
  'SECOND_DOCUMENT',
  'COMPLEX_KEY',
])
/** How far a list item may have slipped. */
const maxSlip = 3

/** What the line itself shows: a blank that is none, a list item beside the others. */
function causeIn(text: string, line: number, code: string): string | null {
  if (clear.has(code)) return null
  const lines = text.split(/\r\n?|\n/)
  const own = lines[line - 1] ?? ''
  if (/^[ \u00a0\u2007\u202f]*[\u00a0\u2007\u202f]|[-:][\u00a0\u2007\u202f]/.test(own)) {
    return 'a no-break space, which looks like a blank, stands here; replace it with a blank'
  }
  const indent = /^( *)- /.exec(own)?.[1]?.length
  if (indent === undefined) return null
  for (let above = line - 1; above > 0; above--) {
    const other = /^( *)- /.exec(lines[above - 1] ?? '')?.[1]?.length
    if (other === undefined || other === indent) continue
    if (Math.abs(other - indent) > maxSlip) return null
    return `this list item is indented by ${indent} spaces, the one in line ${above} by ${other}`
  }
  return null
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
