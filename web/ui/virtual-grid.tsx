import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { noteFling } from './load-in-turn.ts'
import './virtual-grid.css'

/** Rows that are made before they are seen. */
const overscanRows = 2
/** Pixels between two scroll events that count as a fling. */
const flingPx = 600

export interface Cell {
  index: number
  widthPx: number
  /** The one cell of the grid that Tab reaches. */
  tabbable: boolean
}

export interface VirtualGridProps {
  count: number
  label: string
  minCellPx: number
  /** At least so many side by side, however narrow the screen. */
  minColumns?: number
  gapPx: number
  paddingPx: number
  cellHeightPx: (widthPx: number) => number
  renderCell: (cell: Cell) => ReactNode
  isSelected?: (index: number) => boolean
  /** Which cells are on the screen, or soon. */
  onRange?: (first: number, last: number) => void
  /** Keys that the grid does not use itself, on the cell that has the focus. `move` is the cell that an arrow leads to. */
  onKey?: (event: KeyboardEvent, index: number) => void
  onMove?: (event: KeyboardEvent, from: number, to: number) => void
  /** A change takes the grid to its top, or where it was when this key was last shown. */
  scrollKey: string
}

/** Where each grid was scrolled to, so that "back" leads to the same place. */
const places = new Map<string, { top: number; active: number }>()

/** A wall of cells of which only those on the screen exist. Arrows, Home, End and Page keys move through it. */
export function VirtualGrid(props: VirtualGridProps) {
  const { count, label, minCellPx, minColumns = 1, gapPx, paddingPx, scrollKey } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const inner = Math.max(0, width - 2 * paddingPx)
  const columns = Math.max(minColumns, Math.floor((inner + gapPx) / (minCellPx + gapPx)), 1)
  const cellPx = (inner - gapPx * (columns - 1)) / columns
  const rowPx = width > 0 ? Math.ceil(props.cellHeightPx(cellPx)) + gapPx : 1
  const rows = Math.ceil(count / columns)
  const { active, setActive, focusRow, wantFocus, ...focusHandlers } = useActiveCell(count, columns)

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    setWidth(element.clientWidth)
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const rangeExtractor = useCallback(
    (range: Range) => {
      const shown = defaultRangeExtractor(range)
      return focusRow === null || shown.includes(focusRow) ? shown : [...shown, focusRow].sort((a, b) => a - b)
    },
    [focusRow],
  )
  const virtual = useVirtualizer({
    count: width > 0 ? rows : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: overscanRows,
    paddingStart: paddingPx,
    paddingEnd: Math.max(0, paddingPx - gapPx),
    rangeExtractor,
    useFlushSync: false,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height of the rows is what has to be measured.
  useLayoutEffect(() => virtual.measure(), [rowPx])

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element || width === 0) return
    const place = places.get(scrollKey)
    element.scrollTop = place?.top ?? 0
    setActive(place?.active ?? 0)
    return () => {
      places.set(scrollKey, { top: element.scrollTop, active: 0 })
    }
  }, [scrollKey, setActive, width])

  const { startIndex, endIndex } = virtual.range ?? { startIndex: 0, endIndex: 0 }
  const { onRange } = props
  useEffect(() => {
    if (width > 0) onRange?.(startIndex * columns, Math.min(count, (endIndex + 1 + overscanRows) * columns) - 1)
  }, [onRange, startIndex, endIndex, columns, count, width])

  // The cell that an arrow led to may only exist after the grid has scrolled there.
  useLayoutEffect(() => {
    if (!wantFocus.current) return
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-cell="${active}"] [data-main]`)
    if (!cell) return
    wantFocus.current = false
    cell.focus({ preventScroll: true })
  })

  const moveTo = (event: KeyboardEvent, to: number) => {
    event.preventDefault()
    const next = Math.min(Math.max(to, 0), count - 1)
    props.onMove?.(event, active, next)
    wantFocus.current = true
    setActive(next)
    virtual.scrollToIndex(Math.floor(next / columns), { align: 'auto' })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx)) * columns
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: active - 1,
      ArrowRight: active + 1,
      ArrowUp: active - columns >= 0 ? active - columns : active,
      ArrowDown: active + columns,
      PageUp: active - page,
      PageDown: active + page,
      Home: 0,
      End: count - 1,
    }
    const to = steps[event.key]
    if (to === undefined || event.altKey || event.metaKey) props.onKey?.(event, active)
    else moveTo(event, to)
  }

  const lastTop = useRef(0)
  return (
    <div
      ref={scroller}
      className="virtual-grid"
      onScroll={({ currentTarget }) => {
        if (Math.abs(currentTarget.scrollTop - lastTop.current) > flingPx) noteFling()
        lastTop.current = currentTarget.scrollTop
      }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a table cannot be virtual. */}
      <div
        role="grid"
        aria-label={label}
        aria-rowcount={rows}
        aria-colcount={columns}
        aria-multiselectable={props.isSelected ? true : undefined}
        className="virtual-grid-rows"
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={onKeyDown}
        {...focusHandlers}
      >
        {virtual.getVirtualItems().map((row) => (
          // biome-ignore lint/a11y/useSemanticElements: as above.
          // biome-ignore lint/a11y/useFocusableInteractive: the cells' buttons have the focus.
          <div
            key={row.key}
            role="row"
            aria-rowindex={row.index + 1}
            className="virtual-grid-row"
            style={{
              height: rowPx - gapPx,
              transform: `translateY(${row.start}px)`,
              paddingInline: paddingPx,
              columnGap: gapPx,
              gridTemplateColumns: `repeat(${columns}, ${cellPx}px)`,
            }}
          >
            {Array.from({ length: Math.min(columns, count - row.index * columns) }, (_, column) => {
              const index = row.index * columns + column
              return (
                // biome-ignore lint/a11y/useSemanticElements: as above.
                // biome-ignore lint/a11y/useFocusableInteractive: as above.
                <div
                  key={index}
                  role="gridcell"
                  aria-colindex={column + 1}
                  aria-selected={props.isSelected ? props.isSelected(index) : undefined}
                  data-cell={index}
                  className="virtual-grid-cell"
                >
                  {props.renderCell({ index, widthPx: cellPx, tabbable: index === active })}
                </div>
              )
            })}
          </div>
        ))}
      </div>
    </div>
  )
}

/** One cell is in the order of Tab; the focus makes a cell the active one. */
function useActiveCell(count: number, columns: number) {
  const [active, setActive] = useState(0)
  const [focused, setFocused] = useState(false)
  const wantFocus = useRef(false)
  const bounded = Math.min(active, Math.max(0, count - 1))
  return {
    active: bounded,
    setActive,
    wantFocus,
    focusRow: focused ? Math.floor(bounded / columns) : null,
    onFocus: ({ target }: { target: EventTarget }) => {
      setFocused(true)
      const cell = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-cell]') : null
      if (cell) setActive(Number(cell.dataset.cell))
    },
    onBlur: ({ relatedTarget, currentTarget }: { relatedTarget: EventTarget | null; currentTarget: HTMLElement }) => {
      if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setFocused(false)
    },
  }
}
