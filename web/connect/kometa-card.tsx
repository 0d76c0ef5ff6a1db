import { useMutation } from '@tanstack/react-query'
import type { KometaState } from '../../src/contract/api/api.ts'
import { call } from '../core/api.ts'
import { keys, queryClient } from '../core/queries.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Note, Problem } from '../ui/notes.tsx'
import { StateWord } from './state-word.tsx'

export function KometaCard({ kometa }: { kometa: KometaState }) {
  const check = useMutation({
    mutationFn: () => call('checkKometa', {}),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.state }),
  })
  const { state, renderer, version, commit, folder, image, problem, warnings, supported } = kometa
  const busy = state === 'checking' || check.isPending
  const name = renderer === 'sample' ? 'Sample renderer' : `Kometa${version ? ` ${version}` : ''}`
  const about =
    renderer === 'sample'
      ? 'Stands in for Kometa in the demo. Its overlays are simpler.'
      : [image ? `In a container of ${image}` : folder, commit && `commit ${commit.slice(0, 7)}`]
          .filter(Boolean)
          .join(' · ')
  return (
    <article className="fact-card">
      <div className="fact-line">
        <Icon name="layers" size={20} />
        <div className="fact-words">
          <h2 className="one-line">{name}</h2>
          <p className="muted">{about}</p>
        </div>
        {busy ? (
          <StateWord tone="plain" words="Checking" busy />
        ) : state === 'ready' ? (
          <StateWord tone={supported ? 'good' : 'warn'} words={supported ? 'Ready' : 'Untested version'} />
        ) : (
          <StateWord tone="bad" words="Not ready" />
        )}
      </div>
      {problem && (
        <Problem
          problem={problem}
          action={
            <Button icon="restore" busy={busy} onClick={() => check.mutate()}>
              Look again
            </Button>
          }
        />
      )}
      {warnings.length > 0 && (
        <Note tone="warn">
          {warnings.map((warning) => (
            <p key={warning}>{warning}</p>
          ))}
        </Note>
      )}
    </article>
  )
}
