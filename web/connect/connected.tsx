import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import type { ConfigCheck, Connection } from '../../src/contract/api/api.ts'
import { draft } from '../core/draft/draft.ts'
import { draftOf, standOf } from '../core/draft/follow-draft.ts'
import { useRefreshAll } from '../core/draft/fresh-connection.ts'
import { stateQuery } from '../core/queries.ts'
import { navigate } from '../core/router.ts'
import { useStore } from '../core/store.ts'
import { Action } from '../frame/action.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Skeleton } from '../ui/notes.tsx'
import { Doctor } from './doctor.tsx'
import { DraftNote } from './draft-note.tsx'
import { KometaCard } from './kometa-card.tsx'
import { LeftOutList } from './left-out-list.tsx'
import { LibraryList } from './library-list.tsx'
import { ProblemList } from './problem-list.tsx'
import { ServerCard } from './server-card.tsx'
import { useConfigCheck } from './use-config-check.ts'
import './connected.css'

const ConfigEditor = lazy(() => import('../editor/config-editor.tsx'))

/** Shows what is connected: what a preview will use, what it leaves out, and the YAML itself. */
export function Connected({ connection, onChange }: { connection: Connection; onChange: () => void }) {
  const kometa = useQuery(stateQuery).data?.kometa
  const edited = useStore(draft)
  const text = edited !== null && standOf(edited, connection) === 'current' ? edited.text : connection.text
  const isEdited = text !== connection.text
  const { check, checking } = useConfigCheck(isEdited ? text : null)
  const shown: ConfigCheck = isEdited && check ? check : connection
  const refresh = useRefreshAll()
  const [place, setPlace] = useState<{ line: number } | null>(null)
  const goTo = (line: number) => setPlace({ line })
  // Nobody can type over edits that wait for the user's choice.
  const waiting = edited !== null && standOf(edited, connection) !== 'current'
  const setText = (next: string) => draft.set(draftOf(connection, next))

  return (
    <div className="connected">
      <div className="connected-facts">
        <header className="connected-head">
          <div className="connected-name">
            <h1
              className="one-line"
              dir="auto"
              title={connection.source.kind === 'path' ? connection.source.path : undefined}
            >
              {connection.source.name}
            </h1>
            {connection.source.kind === 'path' && <p className="muted connected-path">{connection.source.path}</p>}
          </div>
          <Button icon="restore" busy={refresh.isPending} onClick={() => refresh.mutate()}>
            Refresh
          </Button>
          <Button onClick={onChange}>Another config</Button>
        </header>
        <DraftNote />
        <ProblemList problems={shown.problems} onGoTo={goTo} />
        <section className="facts" aria-label="Plex and Kometa">
          {connection.servers.map((server) => (
            <ServerCard key={server.url} server={server} />
          ))}
          {kometa ? <KometaCard kometa={kometa} /> : <Skeleton height={72} width="100%" />}
        </section>
        <Doctor connectionId={connection.id} />
        <LibraryList libraries={shown.libraries} isRead={shown.isRead} />
        <LeftOutList leftOut={shown.leftOut} onGoTo={goTo} />
      </div>

      <section className="connected-yaml" aria-label="The config as YAML">
        <header className="yaml-head">
          <h2>YAML</h2>
          {isEdited && <Badge tone="warn">edited for the next preview</Badge>}
          {checking && <span className="muted">Checking…</span>}
          <span className="yaml-space" />
          {isEdited && (
            <Button kind="quiet" icon="restore" onClick={() => draft.set(null)}>
              Undo my edits
            </Button>
          )}
        </header>
        <p className="muted yaml-hint">
          Edits count for previews from this window only. Your file is never written. Secrets stay on the server: leave
          the dots as they are.
        </p>
        <div className="yaml-editor">
          <Suspense fallback={<Skeleton height={320} width="100%" />}>
            <ConfigEditor
              label="Config as YAML"
              text={text}
              problems={shown.problems}
              {...(waiting ? {} : { onText: setText })}
              place={place}
            />
          </Suspense>
        </div>
      </section>

      <Action>
        <Button kind="accent" disabled={!shown.usable} onClick={() => navigate('/choose')}>
          Choose posters
        </Button>
      </Action>
    </div>
  )
}
