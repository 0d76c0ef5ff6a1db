import { useQuery } from '@tanstack/react-query'
import { draft } from '../core/draft/draft.ts'
import { standOf } from '../core/draft/follow-draft.ts'
import { connectionQuery } from '../core/queries.ts'
import { useStore } from '../core/store.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/notes.tsx'
import './draft-note.css'

/** Says why edits are not in use, and offers what can be done with them. They are lost only when the user says so. */
export function DraftNote() {
  const connection = useQuery(connectionQuery).data?.connection ?? null
  const edited = useStore(draft)
  if (edited === null || connection === null) return null
  const stand = standOf(edited, connection)
  if (stand !== 'behind' && stand !== 'other') return null
  const { name } = edited.source
  const useMine = () =>
    draft.set({ ...edited, connectionId: connection.id, revision: connection.revision, base: connection.text })
  return (
    <Note
      tone="warn"
      title={
        stand === 'behind'
          ? `${name} has changed where you have edited it`
          : `Your edits of ${name} are not in use: another config is connected`
      }
    >
      <p>
        {stand === 'behind'
          ? 'The screen shows the file as it is now. Your edits are kept: choose one of these, then go on editing.'
          : 'This window keeps them. Discard them to edit the config on the screen, or connect their own config again.'}
      </p>
      <details>
        <summary>Show my edits</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <pre className="draft-text" tabIndex={0}>
          {edited.text}
        </pre>
      </details>
      <div className="note-action draft-choices">
        {stand === 'behind' && <Button onClick={useMine}>Use my edits instead</Button>}
        <Button kind="quiet" onClick={() => draft.set(null)}>
          Drop my edits
        </Button>
      </div>
    </Note>
  )
}
