import type { Writable } from 'node:stream'
import { stripVTControlCharacters, styleText } from 'node:util'
import { type JobEvent, phases } from '../contract/events.ts'
import { formatDuration } from './terminal.ts'

export interface Progress {
  event(event: JobEvent): void
  /** A line of the log: printed above the status line. */
  line(text: string): void
  /** Takes the status line away. */
  end(): void
}

export interface ProgressOptions {
  stream: Writable & { isTTY?: boolean; columns?: number }
  now?: () => number
}

/** Phases and n/m with the title in hand: one line that changes on a terminal, plain lines elsewhere. */
export function createProgress({ stream, now = () => performance.now() }: ProgressOptions): Progress {
  const live = stream.isTTY === true
  let status = ''
  let phaseText = ''
  let phaseStart = now()

  const clear = () => {
    if (live && status !== '') stream.write('\r\u001b[K')
  }
  const draw = (text: string) => {
    if (!live) return
    clear()
    // One column is left free: a full line would wrap, and then could not be taken back.
    status = [...text].slice(0, (stream.columns ?? 80) - 1).join('')
    stream.write(styleText('cyan', status))
  }
  const print = (text: string) => {
    clear()
    stream.write(`${text}\n`)
    if (live && status !== '') stream.write(styleText('cyan', status))
  }
  const endPhase = () => {
    if (phaseText === '') return
    clear()
    status = ''
    stream.write(`${live ? styleText('green', 'ok') : 'ok'} ${phaseText} (${formatDuration(now() - phaseStart)})\n`)
    phaseText = ''
  }

  return {
    event(event) {
      if (event.type === 'phase') {
        endPhase()
        phaseText = phases[event.phase]
        phaseStart = now()
        if (live) draw(`.. ${phaseText}`)
      } else if (event.type === 'progress') {
        const title = stripVTControlCharacters(event.title)
        // How many there are is not always known.
        const count = event.total > 0 ? `${event.done}/${event.total}` : event.done
        const text = `${phases[event.phase]} ${count}  ${title}`
        if (live) draw(`.. ${text}`)
        else if (event.phase === 'apply') stream.write(`.. ${text}\n`)
      } else if (event.type === 'end') {
        endPhase()
      }
    },
    line: print,
    end() {
      clear()
      status = ''
    },
  }
}
