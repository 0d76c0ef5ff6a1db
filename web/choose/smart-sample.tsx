import { useMutation } from '@tanstack/react-query'
import { call } from '../core/api.ts'
import { count, list } from '../core/format.ts'
import { choose, selection } from '../core/selection.ts'
import { createStoredStore, useStore } from '../core/store.ts'
import { tell, tellProblem } from '../ui/announce.tsx'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { MenuItem, Popover } from '../ui/popover.tsx'
import type { WallQuery } from './wall/wall-query.ts'
import './smart-sample.css'

const sizes = [4, 8, 12, 20] as const
const sampleSize = createStoredStore<number>('sample-size', 8, (kept) => sizes.find((one) => one === kept) ?? null)
const namedShows = 6

/**
 * Picks items among the filtered ones. They differ in what overlays look at, and add what the chosen items do not show.
 */
export function SmartSample({ query }: { query: WallQuery }) {
  const size = useStore(sampleSize)
  const sample = useMutation({
    mutationFn: (n: number) =>
      call('sampleItems', { body: { filter: query.filter, count: n, chosen: [...selection.get()] } }),
    onSuccess: ({ items }) => {
      choose(items.map(({ item }) => item))
      const shows = [...new Set(items.flatMap((one) => one.shows))]
      const named = shows.length > namedShows ? [...shows.slice(0, namedShows), 'more'] : shows
      tell(
        items.length === 0 ? 'There is nothing new to show.' : `Chose ${count(items.length, 'item')}: ${list(named)}.`,
      )
    },
    onError: tellProblem,
  })
  return (
    <span className="smart-sample">
      <Button
        icon="sparkle"
        className="smart-sample-main"
        busy={sample.isPending}
        title={`Chooses up to ${size} items that differ in resolution, HDR, audio, edition, rating, type`}
        onClick={() => sample.mutate(size)}
      >
        Smart sample
      </Button>
      <Popover
        className="smart-sample-more button button-plain"
        label={`How many: ${size}`}
        button={<Icon name="down" size={12} />}
      >
        {(close) =>
          sizes.map((n) => (
            <MenuItem
              key={n}
              onSelect={() => {
                sampleSize.set(n)
                close()
                sample.mutate(n)
              }}
            >
              Up to {n} items
            </MenuItem>
          ))
        }
      </Popover>
    </span>
  )
}
