import { useState } from 'react'
import type { ConfigProblem } from '../../src/contract/api/api.ts'
import { Button } from '../ui/button.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import './problem-list.css'

const icons: Record<ConfigProblem['severity'], IconName> = { error: 'cross', warning: 'warning', info: 'info' }
const words: Record<ConfigProblem['severity'], string> = { error: 'Error', warning: 'Warning', info: 'Note' }
const shownFirst = 6

/** Lists what is wrong with the config. A click leads to the line. */
export function ProblemList({
  problems,
  onGoTo,
}: {
  problems: readonly ConfigProblem[]
  onGoTo: (line: number) => void
}) {
  const [all, setAll] = useState(false)
  if (problems.length === 0) return null
  const sorted = [...problems].sort((a, b) => order(a) - order(b) || (a.line ?? 0) - (b.line ?? 0))
  const shown = all ? sorted : sorted.slice(0, shownFirst)
  return (
    <section aria-label="Problems of the config" className="problems">
      <ul>
        {shown.map((problem, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one problem may stand at two places of one line.
          <li key={`${problem.line} ${problem.message} ${i}`} className={`problem problem-${problem.severity}`}>
            <Icon name={icons[problem.severity]} size={14} />
            <span>
              <span className="hidden-text">{words[problem.severity]}: </span>
              {problem.message}
              {problem.line !== null && (
                <>
                  {' '}
                  <button type="button" className="problem-line" onClick={() => onGoTo(problem.line ?? 1)}>
                    line {problem.line}
                  </button>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {!all && sorted.length > shownFirst && (
        <Button kind="quiet" onClick={() => setAll(true)}>
          Show {sorted.length - shownFirst} more
        </Button>
      )}
    </section>
  )
}

const order = ({ severity }: ConfigProblem) => ['error', 'warning', 'info'].indexOf(severity)
