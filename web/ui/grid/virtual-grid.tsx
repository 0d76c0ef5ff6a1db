import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { noteFling } from '../picture/load-in-turn.ts'
import { cellAfterKey } from './cell-after-key.ts'
import './virtual-grid.css'

/** Rows above and below the screen that exist already. */
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
  /** The smallest number of columns, however narrow the screen. */
  minColumns?: number
  gapPx: number
  paddingPx: number
  cellHeightPx: (widthPx: number) => number
  renderCell: (cell: Cell) => ReactNode
  isSelected?: (index: number) => boolean
  /** Hears which cells are on the screen, or will be soon. */
  onRange?: (first: number, last: number) => void
  /** Gets the keys that the grid does not use itself, with the cell that has the focus. */
  onKey?: (event: KeyboardEvent, index: number) => void
  onMove?: (event: KeyboardEvent, from: number, to: number) => void
  /** Names what is shown. A new key scrolls to the top, a known one to its last place. */
  scrollKey: string
}

/** The scroll position of each key, so that "back" leads to the same place. */
const places = new Map<string, { top: number; active: number }>()

/** A wall that makes only the cells on the screen. Arrows, Home, End and Page keys move through it. */
export function VirtualGrid(props: VirtualGridProps) {
  const { count, scrollKey } = props
  const scroller = useRef<HTMLDivElement>(null)
  const width = useClientWidth(scroller)
  const layout = layOut(props, width)
  const { columns, rowPx } = layout
  const { active, setActive, focusRow, wantFocus, ...focusHandlers } = useActiveCell(count, columns)
  const virtual = useRows(props, layout, scroller, focusRow)
  useRememberedPlace(scroller, scrollKey, layout.shown, setActive)
  useReportedRange(props, columns, layout.shown ? (virtual.range ?? { startIndex: 0, endIndex: 0 }) : null)

  // The cell that an arrow led to may not exist until the grid has scrolled there.
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
    const rowsOfPage = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx))
    const to = cellAfterKey(event.key, { active, count, columns, rowsOfPage })
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
        aria-label={props.label}
        aria-rowcount={layout.rows}
        aria-colcount={columns}
        aria-multiselectable={props.isSelected ? true : undefined}
        className="virtual-grid-rows"
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={onKeyDown}
        {...focusHandlers}
      >
        {virtual.getVirtualItems().map(({ key, index, start }) => (
          <Row key={key} grid={props} layout={layout} row={index} topPx={start} active={active} />
        ))}
      </div>
    </div>
  )
}

/** Sizes in CSS pixels. `shown` is false until the grid knows its own width. */
interface Layout {
  shown: boolean
  columns: number
  rows: number
  cellPx: number
  rowPx: number
}

function layOut(props: VirtualGridProps, width: number): Layout {
  const { count, minCellPx, minColumns = 1, gapPx, paddingPx } = props
  const inner = Math.max(0, width - 2 * paddingPx)
  const columns = Math.max(minColumns, Math.floor((inner + gapPx) / (minCellPx + gapPx)), 1)
  const cellPx = (inner - gapPx * (columns - 1)) / columns
  const rowPx = width > 0 ? Math.ceil(props.cellHeightPx(cellPx)) + gapPx : 1
  return { shown: width > 0, columns, rows: Math.ceil(count / columns), cellPx, rowPx }
}

interface RowProps {
  grid: VirtualGridProps
  layout: Layout
  row: number
  topPx: number
  active: number
}

function Row({ grid, layout, row, topPx, active }: RowProps) {
  const { columns, cellPx, rowPx } = layout
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot be virtual.
    // biome-ignore lint/a11y/useFocusableInteractive: the buttons in the cells take the focus.
    <div
      role="row"
      aria-rowindex={row + 1}
      className="virtual-grid-row"
      style={{
        height: rowPx - grid.gapPx,
        transform: `translateY(${topPx}px)`,
        paddingInline: grid.paddingPx,
        columnGap: grid.gapPx,
        gridTemplateColumns: `repeat(${columns}, ${cellPx}px)`,
      }}
    >
      {Array.from({ length: Math.min(columns, grid.count - row * columns) }, (_, column) => {
        const index = row * columns + column
        return (
          // biome-ignore lint/a11y/useSemanticElements: a table cannot be virtual.
          // biome-ignore lint/a11y/useFocusableInteractive: the buttons in the cells take the focus.
          <div
            key={index}
            role="gridcell"
            aria-colindex={column + 1}
            aria-selected={grid.isSelected ? grid.isSelected(index) : undefined}
            data-cell={index}
            className="virtual-grid-cell"
          >
            {grid.renderCell({ index, widthPx: cellPx, tabbable: index === active })}
          </div>
        )
      })}
    </div>
  )
}

/** The width of an element, without its scrollbar, and again after each change. */
function useClientWidth(ref: RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    setWidth(element.clientWidth)
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [ref])
  return width
}

/**
 * The rows on the screen, and the row with the focus even when it is not: the browser drops a focus whose element goes.
 */
function useRows(
  { gapPx, paddingPx }: VirtualGridProps,
  { shown, rows, rowPx }: Layout,
  scroller: RefObject<HTMLDivElement | null>,
  focusRow: number | null,
) {
  const rangeExtractor = useCallback(
    (range: Range) => {
      const onScreen = defaultRangeExtractor(range)
      return focusRow === null || onScreen.includes(focusRow) ? onScreen : [...onScreen, focusRow].sort((a, b) => a - b)
    },
    [focusRow],
  )
  const virtual = useVirtualizer({
    count: shown ? rows : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: overscanRows,
    paddingStart: paddingPx,
    paddingEnd: Math.max(0, paddingPx - gapPx),
    rangeExtractor,
    useFlushSync: false,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are measured again when their height changes.
  useLayoutEffect(() => virtual.measure(), [rowPx])
  return virtual
}

/** Scrolls to where the grid was when this key was last shown, else to the top. */
function useRememberedPlace(
  scroller: RefObject<HTMLDivElement | null>,
  scrollKey: string,
  shown: boolean,
  setActive: (index: number) => void,
): void {
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element || !shown) return
    const place = places.get(scrollKey)
    element.scrollTop = place?.top ?? 0
    setActive(place?.active ?? 0)
    return () => {
      places.set(scrollKey, { top: element.scrollTop, active: 0 })
    }
  }, [scroller, scrollKey, setActive, shown])
}

function useReportedRange(
  { count, onRange }: VirtualGridProps,
  columns: number,
  range: { startIndex: number; endIndex: number } | null,
): void {
  const shown = range !== null
  const { startIndex, endIndex } = range ?? { startIndex: 0, endIndex: 0 }
  useEffect(() => {
    if (shown) onRange?.(startIndex * columns, Math.min(count, (endIndex + 1 + overscanRows) * columns) - 1)
  }, [onRange, startIndex, endIndex, columns, count, shown])
}

/** Tab reaches one cell, the active one. A cell that gets the focus becomes the active one. */
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
