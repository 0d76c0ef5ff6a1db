import { Hono } from 'hono'
import { compress } from 'hono/compress'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { apiRoutes, type RouteSchemas } from '../../contract/api/api.ts'
import { apiPaths, type RouteName } from '../../contract/api/api-paths.ts'
import { checkOrigin, type HostRules, isOwnHost, wrongHost } from './guard.ts'
import { securityHeaders } from './headers.ts'
import { describeProblem, notFound, RequestProblem } from './request-problem.ts'
import { addRoutes, type Handlers, type StudioEnv } from './router.ts'
import type { Sessions } from './session.ts'
import type { StaticFiles } from './static-files.ts'

export interface AppOptions {
  handlers: Handlers
  rules: HostRules
  sessions: Sessions
  staticFiles: StaticFiles
  /** Takes secrets out of the words of an error. */
  scrub(text: string): string
  onFailure(error: unknown): void
  checkReplies: boolean
}

/** Paths that are answered without a session. */
const openPaths: ReadonlySet<string> = new Set(
  (Object.keys(apiPaths) as RouteName[])
    .filter((name) => (apiRoutes[name] as RouteSchemas).open)
    .map((name) => apiPaths[name][1]),
)

/** The HTTP application. It checks each request in this order: Host, origin, session. Then the route answers. */
export function createApp(options: AppOptions): Hono<StudioEnv> {
  const app = new Hono<StudioEnv>()

  app.use('*', async (context, next) => {
    await next()
    for (const [name, value] of Object.entries(securityHeaders)) context.res.headers.set(name, value)
    if (context.req.path.startsWith('/api') && !context.res.headers.has('cache-control')) {
      context.res.headers.set('cache-control', 'no-store')
    }
  })
  app.use('*', async (context, next) => {
    const { incoming } = context.env
    if (!isOwnHost(incoming.headers.host, options.rules)) throw wrongHost()
    checkOrigin(incoming)
    await next()
  })
  app.use('/api/*', compress({ threshold: 1_024 }))
  app.use('/api/*', async (context, next) => {
    if (!openPaths.has(context.req.path) && !options.sessions.isSignedIn(context.req.header('cookie'))) {
      throw new RequestProblem(401, 'NOT_SIGNED_IN', 'Sign in first.')
    }
    await next()
  })
  addRoutes(app, options.handlers, { checkReplies: options.checkReplies })
  app.all('/api/*', () => {
    throw notFound()
  })
  app.get('*', (context) => options.staticFiles.respond(context.req.path, context.req.raw))
  app.notFound(() => {
    throw notFound()
  })
  app.onError((error, context) => {
    const { status, problem } = describeProblem(error, options.scrub)
    // After an abort the client has gone, and nothing is wrong.
    if (status === 500 && !context.req.raw.signal.aborted) options.onFailure(error)
    if (error instanceof RequestProblem && error.retryAfterSeconds !== null) {
      context.header('retry-after', String(error.retryAfterSeconds))
    }
    context.header('cache-control', 'no-store')
    return context.json({ error: problem }, status as ContentfulStatusCode)
  })
  return app
}
