import { relative } from 'node:path'
import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import type { Summary } from '../contract/summary.ts'
import type { WatchOptions } from '../run/watch/watch-job.ts'
import { formatError } from './terminal.ts'

/** Changed files that are named; the rest is counted. */
const maxNamed = 5

/** What `run --watch` says between its previews. `show` prints a preview's end. */
export function tellWatching(
  stream: Writable & { isTTY?: boolean },
  show: (summary: Summary) => void,
): Pick<WatchOptions, 'onPreview' | 'onWaiting' | 'onChange' | 'onProblem'> {
  const color = stream.isTTY === true
  const say = (style: 'cyan' | 'bold', text: string): void => {
    stream.write(`${color ? styleText(style, text) : text}\n`)
  }
  return {
    onPreview(summary, differs) {
      show(summary)
      if (differs === null) return
      if (differs.length === 0) say('bold', 'No picture changed.')
      else say('bold', `Changed: ${differs.join(', ')}`)
    },
    onWaiting: (files) => say('cyan', `Waiting for a change (${files} files are watched). Ctrl-C ends.`),
    onChange(paths) {
      const named = paths.slice(0, maxNamed).map((path) => relative(process.cwd(), path))
      const more = paths.length > maxNamed ? ` and ${paths.length - maxNamed} more` : ''
      say('cyan', `Edited: ${named.join(', ')}${more}`)
    },
    onProblem: (error) => stream.write(`${formatError(error, color)}\n`),
  }
}
