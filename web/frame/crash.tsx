import { Component, type ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/notes.tsx'

/** A bug in one screen leaves the frame and the other screens standing. */
export class Crash extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return (
      <div className="screen">
        <Problem
          problem={{
            message: 'This screen has stopped.',
            hint: 'Reload the page. A running preview goes on and is not lost.',
          }}
          action={<Button onClick={() => window.location.reload()}>Reload</Button>}
        />
      </div>
    )
  }
}
