import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ItemRef, StudioItem } from '../../src/contract/api/api.ts'
import { call } from '../core/api.ts'
import { keys, stateQuery } from '../core/queries.ts'
import { keyOf, knownItems, learnItems, selection, unchoose } from '../core/selection.ts'
import { useStore } from '../core/store.ts'
import { tell } from '../ui/announce.tsx'

/**
 * The chosen items with their details. After a reload the details are requested, and items that no longer exist are
 * removed.
 */
export function useChosen(): { ref: ItemRef; item: StudioItem | undefined }[] {
  const refs = useStore(selection)
  const known = useStore(knownItems)
  const ready = useQuery(stateQuery).data?.index.state
  const unknown = refs.filter((ref) => !known.has(keyOf(ref)))
  const lookUp = useQuery({
    queryKey: [...keys.items, 'chosen', unknown.map(keyOf)],
    queryFn: ({ signal }) => call('lookUpItems', { body: { items: unknown }, signal }),
    enabled: unknown.length > 0 && (ready === 'ready' || ready === 'partial'),
  })
  useEffect(() => {
    if (!lookUp.data) return
    learnItems(lookUp.data.items)
    const gone = lookUp.data.unknown
    if (gone.length === 0) return
    unchoose(gone)
    tell(
      `${gone.length === 1 ? 'One chosen item is' : `${gone.length} chosen items are`} not in these libraries any more.`,
    )
  }, [lookUp.data])
  return refs.map((ref) => ({ ref, item: known.get(keyOf(ref)) }))
}
