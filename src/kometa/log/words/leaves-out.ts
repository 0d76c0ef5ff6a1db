import type { LogLevel } from '../../../contract/events.ts'

const modules = new Set(['builder.py', 'overlay.py', 'util.py', 'meta.py'])

/** Warnings that Kometa replaced something the user wrote (util.py:970-1000, builder.py). */
const replaced =
  /\bError: |defaulting to|will be ignored|, ignoring |is invalid|is not valid|attribute is blank|must be /

/** Finds `using ... as default` in two steps: a single expression takes quadratic time if "using" occurs often. */
function usesDefault(text: string): boolean {
  const at = text.search(/\busing /)
  return at >= 0 && / (?:as|by) default/.test(text.slice(at + 'using '.length))
}

/** Whether Kometa says that it left out a part of a definition or file and continued with the rest. */
export function leavesOut(file: string, level: LogLevel, text: string): boolean {
  if (
    !modules.has(file) ||
    !/^(?:\w+ )?(?:Error|Warning): /.test(text.replace(/^(?:\w+ )+(?=\w+ (?:Error|Warning))/, ''))
  ) {
    return false
  }
  return level === 'error' || (level === 'warning' && (replaced.test(text) || usesDefault(text)))
}
