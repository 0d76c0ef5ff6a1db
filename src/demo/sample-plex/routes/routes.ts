import type { Route } from '../call.ts'
import { itemRoutes } from './item-routes.ts'
import { playlistRoutes } from './playlist-routes.ts'
import { sectionRoutes } from './section-routes.ts'
import { serverRoutes } from './server-routes.ts'

/** The first route that fits answers, so that special paths stand before general ones. */
export const readRoutes: readonly Route[] = [...serverRoutes, ...playlistRoutes, ...itemRoutes, ...sectionRoutes]

export interface FoundRoute {
  route: Route
  parts: readonly string[]
}

export function findRoute(routes: readonly Route[], method: string, path: string): FoundRoute | null {
  for (const route of routes) {
    if (route.method !== method) continue
    const parts = route.path.exec(path)
    if (parts !== null) return { route, parts: parts.slice(1) }
  }
  return null
}
