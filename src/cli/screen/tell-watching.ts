import { relative } from 'node:path'
import type { Summary } from '../../contract/summary.ts'
import type { WatchOptions } from '../../run/watch/watch-job.ts'
import { painted, type Screen } from './screen.ts'
import { errorLines } from './terminal.ts'

/** The changed files that are named; the others are counted. */
const maxNamed = 5

/** What `run --watch` prints between its previews. `show` prints the result of a preview. */
export function tellWatching(
  screen: Screen,
  show: (summary: Summary) => void,
): Pick<WatchOptions, 'onPreview' | 'onWaiting' | 'onChange' | 'onProblem'> {
  const say = (style: 'cyan' | 'bold', text: string): void => screen.print(painted(style, text))
  return {
    onPreview(summary, differs) {
      show(summary)
      if (differs === null) return
      if (differs.length === 0) say('bold', 'No picture changed.')
      else say('bold', `Changed: ${differs.join(', ')}`)
    },
    onWaiting: (files) => say('cyan', `Waiting for a change of ${files} files. Press Ctrl-C to end.`),
    onChange(paths) {
      const named = paths.slice(0, maxNamed).map((path) => relative(process.cwd(), path))
      const more = paths.length > maxNamed ? ` and ${paths.length - maxNamed} more` : ''
      say('cyan', `Edited: ${named.join(', ')}${more}`)
    },
    onProblem: (error) => screen.print(...errorLines(error)),
  }
}
