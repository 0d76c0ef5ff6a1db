import type { Route } from '../../../src/demo/sample-plex/call.ts'
import { changingGets } from './changing-gets.ts'
import { editRoutes } from './edit-routes.ts'
import { listEditRoutes } from './list-edit-routes.ts'
import { uploadRoutes } from './upload-routes.ts'

/**
 * The routes that change a Plex. The product's sample Plex only records a write, since none may reach it. A test that
 * compares with a client's real success needs a Plex that changes. The first route that fits answers.
 */
export const writeRoutes: readonly Route[] = [...listEditRoutes, ...uploadRoutes, ...editRoutes, ...changingGets()]
