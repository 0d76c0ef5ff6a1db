import { useVirtualizer } from '@tanstack/react-virtual'
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'
import type { StudioLogLine } from '../../src/contract/api/api.ts'
import { Button } from '../ui/button.tsx'
import { isError } from './log-levels.ts'
import type { LogRow } from './log-rows.ts'
import './log-lines.css'

const linePx = 20
/** A list that is scrolled this near to its end counts as at its end. */
const endPx = 24
const overscanLines = 20

export interface LogLinesHandle {
  show(index: number): void
  /** The line that was last shown by `show`, or the first line on the screen. */
  current(): number
}

export function LogLines({
  ref,
  rows,
  search,
  following,
  onLeaveEnd,
  more,
  onOlder,
  empty,
}: {
  ref: Ref<LogLinesHandle>
  rows: readonly LogRow[]
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
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => linePx,
    overscan: overscanLines,
    useFlushSync: false,
  })

  useImperativeHandle(ref, () => ({
    show(index) {
      setMarked(rows[index]?.line.n ?? null)
      virtual.scrollToIndex(index, { align: 'center' })
    },
    current() {
      const at = rows.findIndex(({ line }) => line.n === marked)
      return at >= 0 ? at : (virtual.range?.startIndex ?? 0)
    },
  }))

  // Older lines are added above those on the screen, which must not move.
  const first = rows[0]?.line.n
  const held = useRef<{ first: number | undefined; count: number }>({ first, count: rows.length })
  useLayoutEffect(() => {
    const element = scroller.current
    const before = held.current
    if (element && first !== undefined && before.first !== undefined && first < before.first) {
      const added = rows.findIndex(({ line }) => line.n === before.first)
      if (added > 0) element.scrollTop += added * linePx
    }
    held.current = { first, count: rows.length }
  }, [first, rows])

  useEffect(() => {
    if (following && rows.length > 0) virtual.scrollToIndex(rows.length - 1, { align: 'end' })
  }, [following, rows.length, virtual])

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
      {more && rows.length > 0 && (
        <div className="log-older">
          <Button kind="quiet" onClick={onOlder}>
            Show older lines
          </Button>
        </div>
      )}
      {rows.length === 0 && <p className="log-empty muted">{empty}</p>}
      <div className="log-inner" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const row = rows[index]
          if (!row) return null
          const { line, text, first: isFirst } = row
          return (
            <div
              key={key}
              className={`log-line log-${line.level} ${isError(line) ? 'log-bad' : ''}`}
              data-marked={line.n === marked || undefined}
              style={{ transform: `translateY(${start}px)` }}
            >
              <span className="log-time">{isFirst && timeOf(line.at)}</span>
              <span className="log-level">{isFirst && levelWords[line.level]}</span>
              <span className="log-text">{highlighted(text, search)}</span>
            </div>
          )
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

/** When the server logged the line, to the second. Kometa's own time may be part of the text. */
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
