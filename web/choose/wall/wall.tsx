import { type KeyboardEvent, type MouseEvent, useCallback, useMemo, useRef } from 'react'
import type { StudioItem } from '../../../src/contract/api/api.ts'
import { maxTargets } from '../../core/limits.ts'
import { navigate } from '../../core/router.ts'
import { choose, keyOf, selection, toggle } from '../../core/selection.ts'
import { useStore } from '../../core/store.ts'
import { fullTitle } from '../../core/titles.ts'
import { announce, tell, tellProblem } from '../../ui/announce.tsx'
import { type Cell, VirtualGrid } from '../../ui/grid/virtual-grid.tsx'
import { useNarrow } from '../../ui/use-narrow.ts'
import { insidePath } from './inside-path.ts'
import { ItemCard, ItemCardSkeleton } from './item-card.tsx'
import type { Wall as WallData } from './use-wall.ts'
import type { WallQuery } from './wall-query.ts'
import type { WallSize } from './wall-size.ts'
import { cardWordsPx, cellSizes } from './wall-sizes.ts'

const tooMany = (n: number) => n > 0 && tell(`${maxTargets} is the most for one preview; ${n} did not fit.`)

export function Wall({ wall, query, size }: { wall: WallData; query: WallQuery; size: WallSize }) {
  const chosen = useStore(selection)
  const narrow = useNarrow()
  const numbers = useMemo(() => new Map(chosen.map((ref, i) => [keyOf(ref), i + 1])), [chosen])
  const { onPick, onKey, onMove } = useChoosing(wall, numbers)
  const { ratio, stills } = shapeOf(wall, query)

  const renderCell = ({ index, tabbable, widthPx }: Cell) => {
    const item = wall.item(index)
    if (!item) return <ItemCardSkeleton ratio={ratio} />
    return (
      <ItemCard
        item={item}
        index={index}
        number={numbers.get(keyOf(item)) ?? 0}
        ratio={ratio}
        widthPx={Math.round(widthPx / 20) * 20}
        tabbable={tabbable}
        manyLibraries={query.filter.library?.length !== 1}
        onPick={onPick}
      />
    )
  }

  return (
    <VirtualGrid
      label={`Posters, ${wall.total}`}
      count={wall.total}
      minCellPx={cellSizes[size][stills ? 'still' : 'poster'] * (narrow ? 0.66 : 1)}
      gapPx={narrow ? 12 : 16}
      paddingPx={narrow ? 16 : 24}
      cellHeightPx={(width) => width * ratio + cardWordsPx}
      isSelected={(index) => numbers.has(keyOfIndex(wall, index))}
      renderCell={renderCell}
      onRange={wall.onRange}
      onKey={onKey}
      onMove={onMove}
      scrollKey={query.key}
    />
  )
}

/** Chooses items with the mouse and the keyboard: one by one, a range with Shift, or all. */
function useChoosing(wall: WallData, numbers: ReadonlyMap<string, number>) {
  /** The item where a range with Shift begins. */
  const anchor = useRef(0)
  const data = useRef(wall)
  data.current = wall

  const chooseRange = useCallback(async (to: number) => {
    const [from, last] = [Math.min(anchor.current, to), Math.max(anchor.current, to)]
    try {
      const items = await data.current.items(from, Math.min(last, from + maxTargets))
      tooMany(choose(items))
      announce(`${selection.get().length} chosen`)
    } catch (error) {
      tellProblem(error)
    }
  }, [])

  const onPick = useCallback(
    (event: MouseEvent, item: StudioItem, index: number) => {
      if (event.shiftKey) {
        void chooseRange(index)
        return
      }
      anchor.current = index
      tooMany(toggle(item))
      const place = selection.get().findIndex((ref) => keyOf(ref) === keyOf(item))
      announce(place < 0 ? `${fullTitle(item)} no longer chosen` : `${fullTitle(item)} chosen, number ${place + 1}`)
    },
    [chooseRange],
  )

  const onKey = (event: KeyboardEvent, index: number) => {
    const item = wall.item(index)
    const onMain = event.target instanceof HTMLElement && event.target.hasAttribute('data-main')
    if (event.key === 'Enter' && onMain && item && item.childCount > 0) {
      event.preventDefault()
      navigate(insidePath(item))
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      anchor.current = 0
      void chooseRange(wall.total - 1)
    }
  }
  const onMove = (event: KeyboardEvent, from: number, to: number) => {
    if (!event.shiftKey) {
      anchor.current = to
      return
    }
    if (!numbers.has(keyOfIndex(wall, from))) anchor.current = from
    void chooseRange(to)
  }
  return { onPick, onKey, onMove }
}

/**
 * Height to width of the wall's pictures. One shape serves the whole wall: posters, unless all of it are stills or
 * squares.
 */
function shapeOf(wall: WallData, query: WallQuery): { ratio: number; stills: boolean } {
  const first = wall.item(0)?.shape
  const onlyEpisodes = query.filter.type?.every((type) => type === 'episode') ?? false
  const stills = first === 'still' && (onlyEpisodes || query.inside !== null)
  const squares = first === 'square' && wall.item(wall.total - 1)?.shape === 'square'
  return { stills, ratio: stills ? 9 / 16 : squares ? 1 : 3 / 2 }
}

const keyOfIndex = (wall: WallData, index: number) => {
  const item = wall.item(index)
  return item ? keyOf(item) : ''
}
