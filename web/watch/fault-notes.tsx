import type { JobDetail } from '../../src/contract/api/api.ts'
import { Note } from '../ui/notes.tsx'

/** Faults that are told one by one. */
const toldFaults = 5

/** What Kometa left out of the config, and what it found nothing to search for. */
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
        <Note tone="plain" title="Plex does not have what these search for">
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
