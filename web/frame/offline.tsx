import { online } from '../core/online.ts'
import { useStore } from '../core/store.ts'
import { Ring } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'

/** Says that no news arrive. The screen keeps its last state, and nothing may look as if it continued. */
export function Offline() {
  const state = useStore(online)
  return (
    <div role="status">
      {state === 'no' && (
        <p className="offline">
          <Ring />
          <span>
            <strong>The studio does not answer.</strong> What is shown is from before. Is kometa-preview still running?
            Trying again…
          </span>
        </p>
      )}
      {state === 'deaf' && (
        <p className="offline">
          <Icon name="warning" />
          <span>
            <strong>This window gets no news.</strong> Too many windows of the studio are open: close some of them.
          </span>
        </p>
      )}
    </div>
  )
}
