import { useMutation } from '@tanstack/react-query'
import type { RouteReply } from '../../src/contract/api/api.ts'
import { call } from '../core/api.ts'
import { clock, count, list } from '../core/format.ts'
import { useStore } from '../core/store.ts'
import { announce } from '../ui/announce.tsx'
import { Button } from '../ui/button.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import { asProblem, Problem, type Tone } from '../ui/notes.tsx'
import { doctorReport } from './doctor-report.ts'
import { StateWord } from './state-word.tsx'
import './doctor.css'
import './facts.css'

type Report = RouteReply<'getDoctor'>
type Check = Report['checks'][number]

/** Checks everything that a preview needs. Problems come first, with what to do. */
export function Doctor({ connectionId }: { connectionId: string }) {
  const examine = useMutation({
    mutationFn: () => call('getDoctor', {}),
    onSuccess: (report) => {
      doctorReport.set({ connectionId, at: Date.now(), report })
      announce(verdict(report).words)
    },
  })
  const last = useStore(doctorReport)
  const report = last?.connectionId === connectionId ? last.report : undefined
  return (
    <section className="fact-card" aria-label="Check-up">
      <div className="doctor-head">
        <div className="doctor-words">
          <h2>Check-up</h2>
          <p className="muted">
            {last && report
              ? `Checked at ${clock(new Date(last.at).toISOString())}.`
              : 'Kometa, Plex, disk and network: all that a preview needs.'}
          </p>
        </div>
        {report && !examine.isPending && <StateWord {...verdict(report)} />}
        <Button busy={examine.isPending} onClick={() => examine.mutate()}>
          {report ? 'Check again' : 'Check everything'}
        </Button>
      </div>
      {examine.isError && <Problem problem={asProblem(examine.error)} />}
      {report && <Checks checks={report.checks} />}
    </section>
  )
}

function Checks({ checks }: { checks: readonly Check[] }) {
  const told = checks.filter(({ status }) => status === 'problem' || status === 'warning')
  const rest = checks.filter(({ status }) => status === 'ok' || status === 'skipped')
  return (
    <>
      {told.length > 0 && <CheckList checks={told.toSorted((a, b) => rank(a) - rank(b))} />}
      {rest.length > 0 && (
        <details className="doctor-rest">
          <summary>
            <Icon name="right" size={14} />
            {count(rest.length, told.length > 0 ? 'other check' : 'check')}
          </summary>
          <CheckList checks={rest} />
        </details>
      )}
    </>
  )
}

const rank = ({ status }: Check) => (status === 'problem' ? 0 : 1)
const icons: Record<Check['status'], IconName> = { ok: 'check', warning: 'warning', problem: 'cross', skipped: 'info' }
const words: Record<Check['status'], string> = {
  ok: 'Good',
  warning: 'Warning',
  problem: 'Problem',
  skipped: 'Not looked at',
}

function CheckList({ checks }: { checks: readonly Check[] }) {
  return (
    <ul className="doctor-checks">
      {checks.map(({ id, label, status, detail, fix }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: one check may have several findings.
        <li key={`${id} ${i}`} className={`doctor-check doctor-${status}`}>
          <Icon name={icons[status]} size={14} />
          <div>
            <h3>
              <span className="hidden-text">{words[status]}: </span>
              {label}
            </h3>
            <p className="muted">{detail}</p>
            {fix && <p>{fix}</p>}
          </div>
        </li>
      ))}
    </ul>
  )
}

function verdict({ problems, warnings }: Report): { tone: Tone; words: string } {
  if (problems + warnings === 0) return { tone: 'good', words: 'All well' }
  const found = [problems > 0 && count(problems, 'problem'), warnings > 0 && count(warnings, 'warning')]
  return { tone: problems > 0 ? 'bad' : 'warn', words: list(found.filter((one) => one !== false)) }
}
