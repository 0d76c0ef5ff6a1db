import { type JobEvent, phases } from '../../contract/events.ts'
import { painted, type Screen } from './screen.ts'
import { formatDuration } from './terminal.ts'

export interface Progress {
  event(event: JobEvent): void
  /** Removes the status line. */
  end(): void
}

export interface ProgressOptions {
  screen: Screen
  now?: () => number
}

/** Shows phases, counts and the current title: as one line that changes on a terminal, as plain lines elsewhere. */
export function createProgress({ screen, now = () => performance.now() }: ProgressOptions): Progress {
  let phaseText = ''
  let phaseStart = now()
  const endPhase = () => {
    if (phaseText === '') return
    screen.status(null)
    screen.print([painted('green', 'ok'), ` ${phaseText} (${formatDuration(now() - phaseStart)})`])
    phaseText = ''
  }

  return {
    event(event) {
      if (event.type === 'phase') {
        endPhase()
        phaseText = phases[event.phase]
        phaseStart = now()
        screen.status(painted('cyan', `.. ${phaseText}`))
      } else if (event.type === 'progress') {
        // The total is not always known.
        const count = event.total > 0 ? `${event.done}/${event.total}` : event.done
        const text = `.. ${phases[event.phase]} ${count}  ${event.title}`
        screen.status(painted('cyan', text))
        if (!screen.isTerminal && event.phase === 'apply') screen.print(text)
      } else if (event.type === 'end') {
        endPhase()
      }
    },
    end: () => screen.status(null),
  }
}
