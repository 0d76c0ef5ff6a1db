import type { LogLevel } from '../../contract/events.ts'

const modules = new Set(['builder.py', 'overlay.py', 'util.py', 'meta.py'])

/** A warning with which Kometa puts something else in the place of what the user wrote (util.py:970-1000, builder.py). */
const replaced =
  /\bError: |\busing .* (?:as|by) default|defaulting to|will be ignored|, ignoring |is invalid|is not valid|attribute is blank|must be /

/** Whether Kometa says that it leaves out a part of a definition or of a file and goes on with the rest. */
export function leavesOut(file: string, level: LogLevel, text: string): boolean {
  if (
    !modules.has(file) ||
    !/^(?:\w+ )?(?:Error|Warning): /.test(text.replace(/^(?:\w+ )+(?=\w+ (?:Error|Warning))/, ''))
  ) {
    return false
  }
  return level === 'error' || (level === 'warning' && replaced.test(text))
}
