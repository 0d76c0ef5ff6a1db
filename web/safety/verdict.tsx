import type { Safety } from '../../src/contract/api/api.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import './verdict.css'

interface Words {
  state: Safety['overall'] | 'waits'
  icon: IconName
  title: string
  words: string
}

/**
 * One sentence about the whole job. It is green only when every single check was made and passed, whatever their
 * summary says.
 */
export function Verdict({ safety, over }: { safety: Safety; over: boolean }) {
  const { state, icon, title, words } = verdictOf(safety, over)
  return (
    <section className={`verdict verdict-${state}`} aria-label="Verdict">
      <Icon name={icon} size={32} />
      <div>
        <h2>{title}</h2>
        <p>{words}</p>
      </div>
    </section>
  )
}

function verdictOf({ overall, checks, blockedCount }: Safety, over: boolean): Words {
  const failed = checks.filter(({ state }) => state === 'fail').length
  const open = checks.filter(({ state }) => state === 'unchecked').length
  const blocked = blockedWords(blockedCount)
  if (overall === 'fail' || failed > 0) {
    return {
      state: 'fail',
      icon: 'warning',
      title: failed === 1 ? 'One check failed' : `${failed} checks failed`,
      words: 'The checks below say what. No write by Kometa ever reaches Plex.',
    }
  }
  if (!over) {
    return {
      state: 'waits',
      icon: 'shield',
      title: 'The job is not over yet',
      words: `No write by Kometa reaches Plex. ${stopsSoFar(blockedCount)}The proof appears here when the job ends.`,
    }
  }
  if (overall === 'pass' && open === 0 && checks.length > 0) {
    return { state: 'pass', icon: 'shield', title: 'Plex was not changed', words: `Everything was checked. ${blocked}` }
  }
  return {
    state: 'unchecked',
    icon: 'info',
    title: 'Not everything was checked',
    words: `${open === 1 ? 'One check was' : `${open} checks were`} not made for this job. ${blocked}`,
  }
}

/** null when the job kept no record, so that nobody can tell. */
function blockedWords(count: number | null): string {
  if (count === null) return 'How many writes were stopped is not recorded.'
  return count === 1 ? 'One write was stopped.' : `${count.toLocaleString('en')} writes were stopped.`
}

const stopsSoFar = (count: number | null): string =>
  count ? `${count.toLocaleString('en')} ${count === 1 ? 'was' : 'were'} stopped so far. ` : ''
