import type { Route } from '../call.ts'
import { editRoutes } from './edit-routes.ts'
import { itemRoutes } from './item-routes.ts'
import { listRoutes } from './list-routes.ts'
import { sectionRoutes } from './section-routes.ts'
import { serverRoutes } from './server-routes.ts'
import { uploadRoutes } from './upload-routes.ts'

/** The first that fits answers: what is special stands before what is general. */
const routes: readonly Route[] = [
  ...serverRoutes,
  ...listRoutes,
  ...uploadRoutes,
  ...editRoutes,
  ...itemRoutes,
  ...sectionRoutes,
]

export interface FoundRoute {
  route: Route
  parts: readonly string[]
}

export function findRoute(method: string, path: string): FoundRoute | null {
  for (const route of routes) {
    if (route.method !== method) continue
    const parts = route.path.exec(path)
    if (parts !== null) return { route, parts: parts.slice(1) }
  }
  return null
}
