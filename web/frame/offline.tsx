import { useStore } from '../core/store.ts'
import { online } from '../core/studio-events.ts'
import { Ring } from '../ui/button.tsx'

/** The server has gone: what is on the screen stays, and goes on when it is back. */
export function Offline() {
  const state = useStore(online)
  return (
    <div role="status">
      {state === 'no' && (
        <p className="offline">
          <Ring />
          <span>
            <strong>The studio does not answer.</strong> Is kometa-preview still running? Trying again…
          </span>
        </p>
      )}
    </div>
  )
}
