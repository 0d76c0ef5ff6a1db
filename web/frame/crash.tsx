import { Component, type ReactNode, useEffect, useRef } from 'react'
import { useIsAway } from '../core/online.ts'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/notes.tsx'

/** A bug in one screen leaves the frame and the other screens standing. */
export class Crash extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override render(): ReactNode {
    return this.state.failed ? <Stopped /> : this.props.children
  }
}

/** Parts of the application are loaded when they are needed: without the server there is nothing to load. */
function Stopped() {
  const away = useIsAway()
  const wasAway = useRef(away)
  useEffect(() => {
    if (wasAway.current && !away) window.location.reload()
    wasAway.current ||= away
  }, [away])
  return (
    <div className="screen">
      <Problem
        problem={
          away
            ? {
                message: 'This screen could not be loaded: the studio does not answer.',
                hint: 'It comes when the studio is back.',
              }
            : { message: 'This screen has stopped.', hint: 'Reload the page. A running preview is not touched by it.' }
        }
        action={<Button onClick={() => window.location.reload()}>Reload</Button>}
      />
    </div>
  )
}
