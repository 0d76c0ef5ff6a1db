import type { ReactNode } from 'react'
import type { JobDetail, StudioTarget } from '../../../src/contract/api/api.ts'
import { artworkTable } from '../../../src/contract/artwork-kinds.ts'
import { knownFactLines } from '../../../src/contract/shown-facts.ts'
import { percent } from '../../core/format.ts'
import { Note } from '../../ui/notes.tsx'
import { FaultNotes } from '../../watch/fault-notes.tsx'
import { pictureFacts, realRunWords } from '../words.ts'
import { LeftOutFacts } from './left-out-facts.tsx'
import './facts.css'

/** The facts beside the pictures: overlays, base, bytes. */
export function Facts({ job, target }: { job: JobDetail; target: StudioTarget }) {
  const { overlays, leftOut, facts, realRun, before, after, wouldAlso, difference, kind, library, ratingKey } = target
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <aside className="facts-panel" aria-label="About this picture" tabIndex={0}>
      <Cautions target={target} />
      <FaultNotes faults={faultsFor(job, target)} />
      <dl className="facts-list">
        {after && target.outcome !== 'pending' && (
          <Fact name={`Overlays applied (${overlays.length})`}>
            {overlays.length === 0 ? (
              <span className="muted">none that Kometa named</span>
            ) : (
              <ul className="fact-overlays">
                {overlays.map((overlay) => (
                  <li key={overlay} dir="auto">
                    {overlay}
                  </li>
                ))}
              </ul>
            )}
          </Fact>
        )}
        {knownFactLines(facts).map(({ name, words }) => (
          <Fact key={name} name={name}>
            {words}
          </Fact>
        ))}
        {realRun && <Fact name="In a real run">{realRunWords(realRun)}</Fact>}
        {difference !== null && (
          <Fact name="Difference">{difference === 0 ? 'not one pixel' : `${percent(difference)} of the picture`}</Fact>
        )}
        {after && (
          <Fact name="Captured">
            {pictureFacts(after)}
            {kind && kind !== 'poster' && ` · ${artworkTable[kind].words}`}
            <br />
            <code className="fact-hash" title={after.sha256}>
              sha256 {after.sha256.slice(0, 16)}…
            </code>
          </Fact>
        )}
        {before && <Fact name="Before">{pictureFacts(before)}</Fact>}
        {wouldAlso.length > 0 && (
          <Fact name="Would also">
            <ul>
              {wouldAlso.map((words) => (
                <li key={words} dir="auto">
                  {words}
                </li>
              ))}
            </ul>
          </Fact>
        )}
        <LeftOutFacts leftOut={leftOut} />
        {library && (
          <Fact name="Library">
            <span dir="auto">{library}</span>
            {ratingKey && <span className="muted"> · ratingKey {ratingKey}</span>}
          </Fact>
        )}
      </dl>
    </aside>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** Says what a person should know before trusting this picture. */
function Cautions({ target }: { target: StudioTarget }) {
  const { outcome, reason, restore, mayBeIncomplete, mayDiffer, dependsOnBlockedWrites, after, notes } = target
  const incomplete = outcome === 'incomplete' && after !== null
  const harmful = outcome === 'error' && after !== null
  const told = notes.length + mayDiffer.length
  if (!restore && !mayBeIncomplete && !dependsOnBlockedWrites && !incomplete && told === 0) return null
  return (
    <div className="cautions">
      {incomplete && <Note tone="warn">{reason}</Note>}
      {harmful && (
        <Note tone="bad" title="A real run could not undo this">
          {reason}
        </Note>
      )}
      {notes.map((words) => (
        <Note key={words} tone="warn">
          {words}
        </Note>
      ))}
      {restore && !harmful && (
        <Note tone="warn" title="A real run would take the overlay off">
          Kometa uploads the poster without an overlay here.
        </Note>
      )}
      {mayBeIncomplete && (
        <Note tone="warn" title="A badge may be missing">
          {mayBeIncomplete}
        </Note>
      )}
      {after &&
        mayDiffer.map((cause) => (
          <Note key={cause} tone="warn" title="A real run may draw another picture">
            {cause}
          </Note>
        ))}
      {dependsOnBlockedWrites && (
        <Note tone="warn" title="May look different in a real run">
          An earlier library entry would have changed this item first, and a preview stops that.
        </Note>
      )}
    </div>
  )
}

/**
 * The faults of the picture's library. When the config calls that library by another name: all faults that no picture's
 * library has.
 */
function faultsFor({ faults, targets }: JobDetail, { library }: StudioTarget): JobDetail['faults'] {
  const named = new Set(targets.map((target) => target.library))
  return faults.filter((fault) => fault.library === library || !named.has(fault.library))
}
