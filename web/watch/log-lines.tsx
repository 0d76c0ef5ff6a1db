import { useVirtualizer } from '@tanstack/react-virtual'
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'
import type { StudioLogLine } from '../../src/contract/api.ts'
import { Button } from '../ui/button.tsx'
import { isError } from './log-levels.ts'
import './log-lines.css'

const linePx = 20
/** Nearer to the end than this is at the end. */
const endPx = 24
const overscanLines = 20

export interface LogLinesHandle {
  show(index: number): void
  /** The line that was shown last, or the first on the screen. */
  current(): number
}

export function LogLines({
  ref,
  lines,
  search,
  following,
  onLeaveEnd,
  more,
  onOlder,
  empty,
}: {
  ref: Ref<LogLinesHandle>
  lines: readonly StudioLogLine[]
  search: string
  following: boolean
  onLeaveEnd: () => void
  more: boolean
  onOlder: () => void
  empty: string
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const [marked, setMarked] = useState<number | null>(null)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => linePx,
    overscan: overscanLines,
    useFlushSync: false,
  })

  useImperativeHandle(ref, () => ({
    show(index) {
      setMarked(lines[index]?.n ?? null)
      virtual.scrollToIndex(index, { align: 'center' })
    },
    current() {
      const at = lines.findIndex(({ n }) => n === marked)
      return at >= 0 ? at : (virtual.range?.startIndex ?? 0)
    },
  }))

  // Lines that come before those on the screen must not move them.
  const first = lines[0]?.n
  const held = useRef<{ first: number | undefined; count: number }>({ first, count: lines.length })
  useLayoutEffect(() => {
    const element = scroller.current
    const before = held.current
    if (element && first !== undefined && before.first !== undefined && first < before.first) {
      const added = lines.findIndex(({ n }) => n === before.first)
      if (added > 0) element.scrollTop += added * linePx
    }
    held.current = { first, count: lines.length }
  }, [first, lines])

  useEffect(() => {
    if (following && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [following, lines.length, virtual])

  const lastTop = useRef(0)
  return (
    <div
      ref={scroller}
      className="log-lines"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label="Log lines"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        const wentUp = scrollTop < lastTop.current - 1
        lastTop.current = scrollTop
        if (wentUp && scrollHeight - scrollTop - clientHeight > endPx) onLeaveEnd()
      }}
    >
      {more && lines.length > 0 && (
        <div className="log-older">
          <Button kind="quiet" onClick={onOlder}>
            Show older lines
          </Button>
        </div>
      )}
      {lines.length === 0 && <p className="log-empty muted">{empty}</p>}
      <div className="log-inner" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const line = lines[index]
          return line ? (
            <div
              key={key}
              className={`log-line log-${line.level} ${isError(line) ? 'log-bad' : ''}`}
              data-marked={line.n === marked || undefined}
              style={{ transform: `translateY(${start}px)` }}
            >
              <span className="log-time">{timeOf(line.at)}</span>
              <span className="log-level">{levelWords[line.level]}</span>
              <span className="log-text">{highlighted(line.text, search)}</span>
            </div>
          ) : null
        })}
      </div>
    </div>
  )
}

const levelWords: Record<StudioLogLine['level'], string> = {
  debug: 'debug',
  info: '',
  warning: 'warn',
  error: 'error',
  critical: 'error',
}

/** The stream's time of a line, to the second; Kometa's own may be plain text. */
function timeOf(at: string): string {
  const time = new Date(at)
  return Number.isNaN(time.getTime()) ? at.slice(0, 8) : time.toTimeString().slice(0, 8)
}

function highlighted(text: string, search: string) {
  if (search === '') return text
  const at = text.toLowerCase().indexOf(search.toLowerCase())
  if (at < 0) return text
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + search.length)}</mark>
      {text.slice(at + search.length)}
    </>
  )
}
