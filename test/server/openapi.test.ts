import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ErrorReply } from '../../src/contract/api/api-common.ts'
import { apiPaths, apiUrl, type QueryValue, type RouteName } from '../../src/contract/api/api-paths.ts'
import { listen } from './event-source.ts'
import { openStudio, plexToken, type TestStudio } from './open-studio.ts'

interface Operation {
  operationId: string
  parameters: { name: string; in: string; required: boolean }[]
  requestBody?: unknown
  responses: Record<string, { content?: Record<string, { schema?: object }> }>
  security: unknown[]
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: { Error: object } }
}

/** For each route, requests that succeed and requests that fail. */
interface Example {
  params?: Record<string, string>
  query?: Record<string, QueryValue>
  body?: unknown
}

let it: TestStudio
let document: Document
let examples: Record<RouteName, { good: Example; bad?: Example }>

beforeAll(async () => {
  it = await openStudio({ password: 'correct horse battery' })
  const signedIn = await it.call('signIn', { body: { password: 'correct horse battery' } })
  cookie = { cookie: String(signedIn.headers['set-cookie']).split(';')[0] ?? '' }
  const connection = await ask('connect', { body: { kind: 'path', path: it.configPath } })
  const { id: connectionId, servers } = connection as { id: string; servers: { id: string }[] }
  const server = servers[0]?.id ?? ''
  await indexed()
  const targets = [{ server, ratingKey: '101' }]
  const run = async () => {
    const { id } = (await ask('startJob', { body: { connectionId, targets } })) as { id: string }
    using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId: id }), cookie)
    await stream.until(({ event }) => event.type === 'closed')
    return id
  }
  const [jobId, other] = [await run(), await run()]
  const detail = (await ask('getJob', { params: { jobId } })) as {
    targets: { id: string; after: { sha256: string } }[]
  }
  const [target] = detail.targets
  const set = { name: 'Set', items: targets }
  const { id: setId } = (await ask('createSet', { body: set })) as { id: string }
  const { id: goneSet } = (await ask('createSet', { body: set })) as { id: string }
  const waiting = (await ask('startJob', { body: { connectionId, targets } })) as { id: string }
  const noJob = { params: { jobId: 'none' } }
  document = (await it.call('openapi')).body as unknown as Document
  examples = {
    health: { good: {} },
    openapi: { good: {} },
    getSession: { good: {} },
    signIn: { good: { body: { password: 'correct horse battery' } }, bad: { body: { password: 'x' } } },
    getState: { good: {} },
    events: { good: {} },
    listFolder: { good: {}, bad: { query: { path: '/' } } },
    getConnection: { good: {} },
    refreshConnection: { good: {} },
    checkConfig: { good: { body: { text: 'libraries: {}' } }, bad: { body: { text: 1 } } },
    configKeys: { good: {} },
    getKometa: { good: {} },
    checkKometa: { good: {} },
    getDoctor: { good: {} },
    getIndex: { good: {} },
    refreshIndex: { good: {} },
    listItems: { good: { query: { q: 'm', type: ['movie', 'show'], limit: 5 } }, bad: { query: { limit: 0 } } },
    itemFacets: { good: { query: { hdr: ['none'] } }, bad: { query: { hdr: ['x'] } } },
    lookUpItems: { good: { body: { items: targets } }, bad: { body: {} } },
    resolveItems: { good: { body: { text: 'Metropolis\nNo Such Film' } }, bad: { body: { text: null } } },
    sampleItems: { good: { body: { count: 3 } }, bad: { body: { count: 0 } } },
    itemThumbnail: {
      good: { params: { server, ratingKey: '101' }, query: { w: 120 } },
      bad: { params: { server, ratingKey: '101' }, query: { w: 7 } },
    },
    listSets: { good: {} },
    createSet: { good: { body: set }, bad: { body: { name: '' } } },
    updateSet: { good: { params: { setId }, body: set }, bad: { params: { setId: '0'.repeat(16) }, body: set } },
    deleteSet: { good: { params: { setId: goneSet } }, bad: { params: { setId: 'x' } } },
    listJobs: { good: {} },
    startJob: {
      good: { body: { connectionId, targets } },
      bad: { body: { connectionId: 'old', targets } },
    },
    pruneJobs: { good: {} },
    getJob: { good: { params: { jobId } }, bad: noJob },
    updateJob: { good: { params: { jobId }, body: { keep: true } }, bad: { ...noJob, body: { keep: true } } },
    cancelJob: { good: { params: { jobId: waiting.id } }, bad: { params: { jobId } } },
    rerunJob: { good: { params: { jobId }, body: {} }, bad: { ...noJob, body: {} } },
    getJobConfig: { good: { params: { jobId } }, bad: noJob },
    getJobSafety: { good: { params: { jobId } }, bad: noJob },
    getLogLines: {
      good: { params: { jobId }, query: { limit: 10 } },
      bad: { params: { jobId }, query: { limit: -1 } },
    },
    jobEvents: { good: { params: { jobId } }, bad: noJob },
    jobLog: { good: { params: { jobId } }, bad: noJob },
    jobZip: { good: { params: { jobId } }, bad: noJob },
    jobImage: {
      good: { params: { jobId, sha256: target?.after.sha256 ?? '' } },
      bad: { params: { jobId, sha256: '0'.repeat(64) } },
    },
    jobDifference: {
      good: { params: { jobId, targetId: target?.id ?? '' } },
      bad: { params: { jobId, targetId: 'none' } },
    },
    getSettings: { good: {} },
    updateSettings: {
      good: { body: { maxAgeDays: 30, maxJobs: 200, maxBytes: 0 } },
      bad: { body: { maxAgeDays: -1 } },
    },
    deleteJob: { good: { params: { jobId: other } }, bad: noJob },
    // This is last, since the requests to start a job name the connection before.
    connect: { good: { body: { kind: 'path', path: it.configPath } }, bad: { body: { kind: 'path', path: '/x.yml' } } },
    disconnect: { good: {} },
    signOut: { good: {} },
  }
}, 180_000)
afterAll(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
})

let cookie: Record<string, string> = {}
const send = (name: RouteName, { params, query, body }: Example, headers = cookie) =>
  it.raw(apiPaths[name][0], apiUrl(name, params, query), {
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
async function ask(name: RouteName, example: Example): Promise<unknown> {
  const answer = await send(name, example)
  if (answer.status >= 400) throw new Error(`${name}: ${answer.status} ${answer.text}`)
  return answer.body
}
async function indexed(): Promise<void> {
  for (;;) {
    if (((await ask('getIndex', {})) as { state: string }).state === 'ready') return
  }
}
const operations = () => Object.values(document.paths).flatMap((path) => Object.values(path))

test('the description is a valid OpenAPI 3.1 document, says an independent validator', async () => {
  const verdict = await new Validator().validate(structuredClone(document) as never)
  expect(verdict).toEqual({ valid: true })
  const broken = { ...structuredClone(document), openapi: '3.1.0', paths: { '/x': { get: { responses: 1 } } } }
  expect((await new Validator().validate(broken as never)).valid).toBe(false)
})

test('it describes every route and nothing else, each with its parameters', () => {
  expect(operations().map(({ operationId }) => operationId)).toEqual(Object.keys(apiPaths))
  for (const name of Object.keys(apiPaths) as RouteName[]) {
    const [method, path] = apiPaths[name]
    const operation = document.paths[path]?.[method.toLowerCase()]
    expect(operation?.operationId).toBe(name)
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
    const described = operation?.parameters.filter((parameter) => parameter.in === 'path') ?? []
    expect(described.map((parameter) => parameter.name).toSorted()).toEqual(inPath.toSorted())
    expect(described.every(({ required }) => required)).toBe(true)
  }
})

test('every route answers as it is described, in success and in failure, and no answer holds a secret', async () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true })
  addFormats.default(ajv)
  const secrets = [plexToken, '0123456789abcdef0123456789abcdef', 'correct horse']
  const isAsDescribed = async (name: RouteName, example: Example, good: boolean) => {
    const { status, headers, body, text } = await answerOf(name, example)
    for (const secret of secrets) expect(text.includes(secret), `${name} tells ${secret}`).toBe(false)
    expect([name, status < 400]).toEqual([name, good])
    const operation = document.paths[apiPaths[name][1]]?.[apiPaths[name][0].toLowerCase()]
    const response = operation?.responses[status] ?? (good ? undefined : operation?.responses.default)
    expect(response, `${name} answers ${status}`).toBeDefined()
    const [type = '', content] = Object.entries(response?.content ?? {})[0] ?? []
    const given = String(headers['content-type'] ?? '').split(';')[0] ?? ''
    if (type.endsWith('/*')) expect(given.startsWith(type.slice(0, -1)), name).toBe(true)
    else expect([name, given]).toEqual([name, type])
    if (!content?.schema) return
    const validate = ajv.compile('$ref' in content.schema ? document.components.schemas.Error : content.schema)
    validate(body)
    expect(validate.errors, `${name}: ${text.slice(0, 300)}`).toBeNull()
  }
  for (const name of Object.keys(examples) as RouteName[]) {
    const { good, bad } = examples[name]
    if (bad) await isAsDescribed(name, bad, false)
    await isAsDescribed(name, good, true)
  }
  // After signing out, only open routes answer.
  for (const name of Object.keys(apiPaths) as RouteName[]) {
    const isOpen = operations().find(({ operationId }) => operationId === name)?.security.length === 0
    if (isOpen || name === 'signOut') continue
    const { status, body } = await send(name, examples[name].good)
    expect([name, status, (body as ErrorReply).error.code]).toEqual([name, 401, 'NOT_SIGNED_IN'])
  }
}, 120_000)

/** Reads a stream up to its first message. */
async function answerOf(name: RouteName, example: Example) {
  if (name !== 'events') return send(name, example)
  const abort = new AbortController()
  const response = await fetch(it.studio.url + apiUrl(name), { headers: cookie, signal: abort.signal })
  const reader = response.body?.getReader()
  const text = new TextDecoder().decode((await reader?.read())?.value)
  abort.abort()
  return { status: response.status, headers: Object.fromEntries(response.headers), body: undefined, text }
}
