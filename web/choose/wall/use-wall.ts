import { keepPreviousData, queryOptions, useQueries, useQuery } from '@tanstack/react-query'
import { useCallback, useRef, useState } from 'react'
import type { ItemWindow, StudioItem } from '../../../src/contract/api/api.ts'
import { call } from '../../core/api.ts'
import { windowItems } from '../../core/limits.ts'
import { keys, queryClient } from '../../core/queries.ts'
import { toItemQuery, type WallQuery } from './wall-query.ts'

const pageQuery = (wall: WallQuery, page: number) =>
  queryOptions({
    queryKey: [...keys.items, 'wall', wall.key, page],
    queryFn: ({ signal }) => call('listItems', { query: toItemQuery(wall, page * windowItems, windowItems), signal }),
    gcTime: 5 * 60_000,
  })

export interface Wall {
  total: number
  revision: string | null
  parents: readonly StudioItem[]
  /** undefined until the item has been read. */
  item(index: number): StudioItem | undefined
  /** Every item of a range; reads the missing ones. */
  items(from: number, to: number): Promise<StudioItem[]>
  onRange(first: number, last: number): void
  /** Whether the wall of the previous query is still on the screen. */
  behind: boolean
  /** Whether nothing has arrived yet. */
  loading: boolean
  error: Error | null
  retry(): void
}

/**
 * A wall of any length that reads only the pages on the screen. The previous wall stays until the next one has arrived.
 */
export function useWall(wall: WallQuery): Wall {
  const [range, setRange] = useState<readonly [number, number]>([0, 0])
  const first = useQuery({ ...pageQuery(wall, 0), placeholderData: keepPreviousData })
  const shown = useRef(wall)
  if (!first.isPlaceholderData) shown.current = wall
  const now = shown.current

  const [from, to] = range
  const last = Math.max(0, Math.ceil((first.data?.total ?? 0) / windowItems) - 1)
  const pages = Array.from({ length: Math.max(0, Math.min(to, last) - from + 1) }, (_, i) => from + i)
  const results = useQueries({ queries: pages.map((page) => pageQuery(now, page)) })

  const page = (n: number): ItemWindow | undefined =>
    n === 0 ? first.data : (results[n - from]?.data ?? queryClient.getQueryData(pageQuery(now, n).queryKey))

  const onRange = useCallback((start: number, end: number) => {
    const next = [Math.floor(start / windowItems), Math.floor(Math.max(start, end) / windowItems)] as const
    setRange((held) => (held[0] === next[0] && held[1] === next[1] ? held : next))
  }, [])

  return {
    total: first.data?.total ?? 0,
    revision: first.data?.revision ?? null,
    parents: first.data?.parents ?? [],
    item: (index) => page(Math.floor(index / windowItems))?.items[index % windowItems],
    async items(start, end) {
      const read: StudioItem[] = []
      for (let n = Math.floor(start / windowItems); n <= Math.floor(end / windowItems); n += 1) {
        const { items, offset } = await queryClient.fetchQuery(pageQuery(now, n))
        read.push(...items.filter((_, i) => offset + i >= start && offset + i <= end))
      }
      return read
    },
    onRange,
    behind: first.isPlaceholderData,
    loading: first.isPending,
    error: first.isError ? first.error : null,
    retry: () => void first.refetch(),
  }
}
