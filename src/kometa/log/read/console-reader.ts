import type { ParserContext } from './parser-context.ts'

/** How many lines of a failed start are kept; enough for a Python traceback. */
const maxStartupLines = 60

/**
 * `Overlaying: (3/12) Title`, `Loaded: 100/4000`, `Processing: 7/12 Title` (logs.py:243-255); each one overwrites the
 * last.
 */
const progress = /^\| (Overlaying|Restoring|Loaded|Processing): \(?(\d+)\/(\d+)\)?(?: (.*))?$/
const kinds = { Overlaying: 'drawing', Restoring: 'restoring', Loaded: 'loading', Processing: 'loading' } as const

/** config.py:253. */
export const configUsed = /^Using (.+) as config$/

/** Reads what only the console has: progress, and why Kometa failed before its log began. */
export function createConsoleReader(context: ParserContext) {
  let began = false
  let startup: string[] = []
  return {
    /** Called when meta.log has its first line. */
    logBegan() {
      began = true
      startup = []
    },
    read(line: string): void {
      const found = progress.exec(line.trimEnd())
      if (found) {
        const name = found[1] as keyof typeof kinds
        context.emit({ type: kinds[name], done: Number(found[2]), total: Number(found[3]), title: found[4] ?? '' })
        return
      }
      // A Kometa that lost its arguments may write its log elsewhere; then only the console tells which config it
      // runs.
      const used = began ? undefined : configUsed.exec(line.replace(/^\|(.*?)\|?$/, '$1').trim())?.[1]
      if (used !== undefined) context.emit({ type: 'config_used', path: used })
      else if (!began && line.trim() !== '' && startup.length < maxStartupLines && !line.startsWith('|')) {
        startup.push(line.trimEnd())
      }
    },
    /**
     * Kometa prints what it lacks and exits with 0; the last line of a traceback gives the reason (kometa.py:36-59,
     * 244-246).
     */
    end(): void {
      if (began || startup.length === 0) return
      const word = startup.findIndex((line) => /^(?:Requirements Error|Config Error|Python Version )/.test(line))
      const text = word >= 0 ? startup.slice(word, word + 2).join(' ') : (startup.at(-1) ?? '')
      context.emit({ type: 'startup_failed', text })
    },
  }
}
