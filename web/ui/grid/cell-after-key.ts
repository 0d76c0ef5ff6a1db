export interface GridPlace {
  active: number
  count: number
  columns: number
  /** Rows that fit on the screen. */
  rowsOfPage: number
}

/** The cell that a key leads to, not yet limited to the grid; undefined for a key that moves nothing. */
export function cellAfterKey(key: string, { active, count, columns, rowsOfPage }: GridPlace): number | undefined {
  const page = rowsOfPage * columns
  const cells: Readonly<Record<string, number>> = {
    ArrowLeft: active - 1,
    ArrowRight: active + 1,
    // From the first row there is no way up; the active cell stays.
    ArrowUp: active - columns >= 0 ? active - columns : active,
    ArrowDown: active + columns,
    PageUp: active - page,
    PageDown: active + page,
    Home: 0,
    End: count - 1,
  }
  return Object.hasOwn(cells, key) ? cells[key] : undefined
}
