import type { ReactNode } from 'react'
import type { Route } from '../core/route.ts'
import { Offline } from './offline.tsx'
import { Rail } from './rail.tsx'
import { TopBar } from './top-bar.tsx'
import './frame.css'

export function Frame({ route, children }: { route: Route; children: ReactNode }) {
  return (
    <div className="frame">
      <a className="skip-link" href="#work">
        Skip to the content
      </a>
      <TopBar route={route} />
      <Rail route={route} />
      <main id="work" className="work" tabIndex={-1}>
        <Offline />
        {/* The Safety screen scrolls, and may hold nothing that Tab reaches. */}
        <div className="work-inner" {...(route.screen === 'safety' ? { tabIndex: 0 } : {})}>
          {children}
        </div>
      </main>
    </div>
  )
}
