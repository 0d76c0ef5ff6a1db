import { Component, type ReactNode, useEffect, useRef } from 'react'
import { useIsAway } from '../core/online.ts'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/notes.tsx'

/** Contains a bug of one screen, so that the frame and the other screens keep working. */
export class Crash extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override render(): ReactNode {
    return this.state.failed ? <Stopped /> : this.props.children
  }
}

/** Parts of the application load when they are needed, which fails without the server. */
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
                hint: 'It appears when the studio is back.',
              }
            : { message: 'This screen has stopped.', hint: 'Reload the page. A running preview continues.' }
        }
        action={<Button onClick={() => window.location.reload()}>Reload</Button>}
      />
    </div>
  )
}
