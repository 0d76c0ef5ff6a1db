import type { ParserContext } from './log-parser.ts'

/** Lines of a failed start that are kept: a Python traceback. */
const maxStartupLines = 60

/** `Overlaying: (3/12) Title`, `Loaded: 100/4000`, `Processing: 7/12 Title` (logs.py:243-255); each overwrites the one before. */
const progress = /^\| (Overlaying|Restoring|Loaded|Processing): \(?(\d+)\/(\d+)\)?(?: (.*))?$/
const kinds = { Overlaying: 'drawing', Restoring: 'restoring', Loaded: 'loading', Processing: 'loading' } as const

/** config.py:253. */
export const configUsed = /^Using (.+) as config$/

/** What only the console has: progress of the moment, and why Kometa did not get as far as its log. */
export function createConsoleReader(context: ParserContext) {
  let began = false
  let startup: string[] = []
  return {
    /** meta.log has a first line. */
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
      // A Kometa that has lost its arguments may write its log elsewhere: then the console alone says what it runs.
      const used = began ? undefined : configUsed.exec(line.replace(/^\|(.*?)\|?$/, '$1').trim())?.[1]
      if (used !== undefined) context.emit({ type: 'config_used', path: used })
      else if (!began && line.trim() !== '' && startup.length < maxStartupLines && !line.startsWith('|')) {
        startup.push(line.trimEnd())
      }
    },
    /** Kometa prints what it lacks and exits 0; a traceback's last line says why (kometa.py:36-59, 244-246). */
    end(): void {
      if (began || startup.length === 0) return
      const word = startup.findIndex((line) => /^(?:Requirements Error|Config Error|Python Version )/.test(line))
      const text = word >= 0 ? startup.slice(word, word + 2).join(' ') : (startup.at(-1) ?? '')
      context.emit({ type: 'startup_failed', text })
    },
  }
}
