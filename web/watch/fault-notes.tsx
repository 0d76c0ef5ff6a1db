import type { JobDetail } from '../../src/contract/api/api.ts'
import { Note } from '../ui/notes.tsx'

/** How many faults are listed one by one. */
const toldFaults = 5

/** Lists what Kometa left out of the config, and searches for values that Plex does not have. */
export function FaultNotes({
  faults,
  emptySearches = [],
}: Pick<JobDetail, 'faults'> & Partial<Pick<JobDetail, 'emptySearches'>>) {
  return (
    <>
      {faults.length > 0 && (
        <Note tone="warn" title="Kometa left out parts of the config">
          <Words list={faults} />
        </Note>
      )}
      {emptySearches.length > 0 && (
        <Note tone="plain" title="Plex has nothing that these search for">
          <Words list={emptySearches} />
        </Note>
      )}
    </>
  )
}

function Words({ list }: { list: JobDetail['faults'] }) {
  const more = list.length - toldFaults
  return (
    <ul className="note-details">
      {list.slice(0, toldFaults).map(({ words }) => (
        <li key={words} dir="auto">
          {words}
        </li>
      ))}
      {more > 0 && <li>and {more} more, which output/summary.json names</li>}
    </ul>
  )
}
