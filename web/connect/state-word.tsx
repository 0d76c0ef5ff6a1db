import { Ring } from '../ui/button.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import type { Tone } from '../ui/tone.ts'
import './facts.css'

const icons: Record<Tone, IconName> = { good: 'check', warn: 'warning', bad: 'cross', plain: 'info' }

export function StateWord({ tone, words, busy = false }: { tone: Tone; words: string; busy?: boolean }) {
  return (
    <span className={`state-word state-${tone}`}>
      {busy ? <Ring size={14} /> : <Icon name={icons[tone]} size={14} />}
      {words}
    </span>
  )
}
