import { useQuery } from '@tanstack/react-query'
import { draft } from '../core/draft/draft.ts'
import { standOf } from '../core/draft/follow-draft.ts'
import { count } from '../core/format.ts'
import { connectionQuery, sessionQuery, stateQuery } from '../core/queries.ts'
import type { Route } from '../core/route.ts'
import { useStore } from '../core/store.ts'
import { Badge } from '../ui/badge.tsx'
import { Link } from '../ui/link.tsx'
import { ActionSlot } from './action.tsx'
import { LibraryMenu } from './library-menu.tsx'
import { SignOut } from './sign-out.tsx'
import { ThemeButton } from './theme-button.tsx'
import './top-bar.css'

export function TopBar({ route }: { route: Route }) {
  const state = useQuery(stateQuery).data
  const passwordNeeded = useQuery(sessionQuery).data?.passwordNeeded === true
  return (
    <header className="top-bar">
      <Link href="/" className="brand">
        <Mark />
        <span className="brand-name">Kometa Preview</span>
      </Link>
      {state?.demo && <Badge title="The Plex is a sample: nothing of yours is read.">Demo</Badge>}
      <LibraryMenu route={route} />
      <ConfigLine />
      <span className="top-bar-space" />
      {passwordNeeded && <SignOut />}
      <ThemeButton />
      <ActionSlot />
    </header>
  )
}

/** Names the config that the next preview would use. */
function ConfigLine() {
  const connection = useQuery(connectionQuery).data?.connection
  const edited = useStore(draft)
  if (!connection) return null
  const files = connection.libraries.reduce((sum, library) => sum + library.overlayFiles.length, 0)
  return (
    <Link href="/connect" className="config-line one-line" title={`${connection.source.name}: what is connected`}>
      <span className="one-line" dir="auto">
        {connection.source.name}
      </span>
      <span className="muted">· {connection.isRead ? count(files, 'overlay file') : 'cannot be read'}</span>
      {standOf(edited, connection) === 'current' && <Badge tone="warn">edited</Badge>}
    </Link>
  )
}

function Mark() {
  return (
    <svg className="mark" width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="12" />
      <path d="M16 4a12 12 0 0 1 0 24z" />
    </svg>
  )
}
