import type { ConnectedServer } from '../../src/contract/api/api.ts'
import { Icon } from '../ui/icon.tsx'
import { Note, Problem } from '../ui/notes.tsx'
import { serverState } from './server-state.ts'
import { StateWord } from './state-word.tsx'

export function ServerCard({ server }: { server: ConnectedServer }) {
  const { name, version, url, problem, tokenIsBarrier } = server
  return (
    <article className="fact-card">
      <div className="fact-line">
        <Icon name="server" size={20} />
        <div className="fact-words">
          <h2 className="one-line" dir="auto">
            {name || 'Plex'}
          </h2>
          <p className="muted">{[version && `Plex ${version}`, url].filter(Boolean).join(' · ')}</p>
        </div>
        <StateWord {...serverState(server)} />
      </div>
      {problem && <Problem problem={problem} />}
      {tokenIsBarrier === false && (
        <Note tone="warn" title="Plex answers here without a token">
          <p>Programs on this network may read and write without one. A preview still writes nothing.</p>
        </Note>
      )}
    </article>
  )
}
