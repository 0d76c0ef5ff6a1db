import { apiRoutes } from '../../contract/api/api.ts'
import { listConfigKeys } from '../connect/config-keys.ts'
import { createExaminer } from '../connect/examine.ts'
import { noSuchJob } from '../http/request-problem.ts'
import type { Handlers } from '../http/router.ts'
import { checkJobEdit } from '../jobs/config/check-job-edit.ts'
import { openApiDocument } from '../openapi.ts'
import type { StudioParts } from './studio-parts.ts'

type Names =
  | 'health'
  | 'openapi'
  | 'getSession'
  | 'signIn'
  | 'signOut'
  | 'getState'
  | 'events'
  | 'listFolder'
  | 'getConnection'
  | 'connect'
  | 'refreshConnection'
  | 'disconnect'
  | 'checkConfig'
  | 'configKeys'
  | 'getKometa'
  | 'checkKometa'
  | 'getDoctor'

/** The sign-in, what every screen shows, and the Connect screen. */
export function connectRoutes(parts: StudioParts): Handlers<Names> {
  const { sessions, connections, kometa, index, store, runner, version } = parts
  const session = (cookie: string | undefined) => ({
    passwordNeeded: sessions.passwordNeeded,
    signedIn: sessions.isSignedIn(cookie),
    version,
  })
  const connectionId = () => connections.current()?.id ?? null
  const document = openApiDocument(version, apiRoutes)
  const examine = createExaminer()
  const connectionReply = () => ({
    connection: connections.current()?.reply ?? null,
    lastPath: connections.lastPath(),
  })
  return {
    health: () => ({ status: 'ok', version }),
    openapi: () => document,
    getSession: ({ context }) => session(context.req.header('cookie')),
    signIn({ body, context }) {
      const client = context.env.incoming.socket.remoteAddress ?? ''
      const secure = context.req.header('origin')?.startsWith('https://') === true
      context.header('set-cookie', sessions.signIn(body.password, client, secure))
      return { passwordNeeded: sessions.passwordNeeded, signedIn: true, version }
    },
    signOut({ context }) {
      context.header('set-cookie', sessions.signOut(context.req.header('cookie')))
      parts.streams.review()
      return undefined
    },
    getState: () => ({
      version,
      connectionId: connectionId(),
      lastPath: connections.lastPath(),
      kometa: kometa.state(),
      index: index.state(),
      jobs: { total: store.list().length, queued: runner.queued(), runningId: runner.runningId() },
      demo: parts.demo,
    }),
    events: ({ context }) =>
      parts.streams.open(context, (listener) =>
        parts.events.listen(listener, { type: 'hello', version, connectionId: connectionId() }),
      ),
    listFolder: ({ query }) => parts.folders.list(query.path),
    getConnection: () => connectionReply(),
    async refreshConnection() {
      await connections.refresh()
      return connectionReply()
    },
    connect: async ({ body }) => (await connections.connect(body)).reply,
    async disconnect() {
      await connections.disconnect()
      return undefined
    },
    async checkConfig({ body }) {
      if (body.jobId === undefined) return connections.required().check(body.text)
      const record = store.find(body.jobId)
      if (!record) throw noSuchJob()
      return checkJobEdit(record, body.text, parts)
    },
    configKeys: () => ({ keys: listConfigKeys() }),
    getKometa: () => kometa.state(),
    checkKometa: () => kometa.check(),
    getDoctor: ({ signal }) => examine(parts, signal),
  }
}
