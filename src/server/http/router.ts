import type { HttpBindings } from '@hono/node-server'
import type { Context, Hono } from 'hono'
import type { z } from 'zod'
import { apiRoutes, type RouteSchemas } from '../../contract/api/api.ts'
import { apiPaths, type RouteName } from '../../contract/api/api-paths.ts'
import { limits } from '../limits.ts'
import { decodeQuery, parseInput } from './decode-query.ts'
import { RequestProblem } from './request-problem.ts'

export type StudioEnv = { Bindings: HttpBindings }
export type StudioContext = Context<StudioEnv>

type Routes = typeof apiRoutes
type Part<Name extends RouteName, Key extends 'params' | 'query' | 'body'> =
  Routes[Name] extends Record<Key, infer Schema extends z.ZodType> ? z.output<Schema> : undefined
type Answer<Name extends RouteName> =
  Routes[Name] extends Record<'reply', infer Schema>
    ? Schema extends z.ZodType
      ? z.input<Schema> | Response
      : undefined
    : Response

export interface RouteInput<Name extends RouteName> {
  params: Part<Name, 'params'>
  query: Part<Name, 'query'>
  body: Part<Name, 'body'>
  /** Aborted when the client goes away. */
  signal: AbortSignal
  context: StudioContext
}

/** Answers a route with a reply of its schema, with undefined for 204, or with a Response for anything but JSON. */
export type Handler<Name extends RouteName> = (input: RouteInput<Name>) => Answer<Name> | Promise<Answer<Name>>
export type Handlers<Names extends RouteName = RouteName> = { [Name in Names]: Handler<Name> }

export interface RouterOptions {
  /** Checks every reply against its schema; for tests. */
  checkReplies: boolean
}

/** Adds every route of the contract to the app. */
export function addRoutes(app: Hono<StudioEnv>, handlers: Handlers, options: RouterOptions): void {
  for (const name of Object.keys(apiPaths) as RouteName[]) {
    const [method, path] = apiPaths[name]
    const schemas: RouteSchemas = apiRoutes[name]
    // `readInput` parses the input by the route's own schemas, so it has the type that the handler takes.
    const handler = handlers[name] as (input: RouteInput<RouteName>) => unknown
    app.on(method, path.replace(/\{(\w+)\}/g, ':$1'), async (context) => {
      const input = await readInput(context, schemas)
      const answer = await handler(input)
      if (answer instanceof Response) return answer
      if (answer === undefined) return context.body(null, 204)
      if (options.checkReplies && schemas.reply) schemas.reply.parse(answer)
      return context.json(answer as object, schemas.creates ? 201 : 200)
    })
  }
}

async function readInput(context: StudioContext, schemas: RouteSchemas): Promise<RouteInput<RouteName>> {
  const query = new URL(context.req.url).searchParams
  return {
    params: schemas.params ? parseParams(schemas.params, context.req.param()) : undefined,
    query: schemas.query ? decodeQuery(schemas.query, query) : undefined,
    body: schemas.body ? parseInput(schemas.body, await readJson(context)) : undefined,
    signal: context.req.raw.signal,
    context,
  } as RouteInput<RouteName>
}

/** A malformed id names nothing, so the answer is 404. */
function parseParams(schema: z.ZodObject, params: Record<string, string>): unknown {
  const parsed = schema.safeParse(params)
  if (parsed.success) return parsed.data
  throw new RequestProblem(404, 'NOT_FOUND', 'There is nothing here.')
}

/** Reads the body from its socket, never more than `maxBodyBytes` of it. */
async function readJson(context: StudioContext): Promise<unknown> {
  const { incoming } = context.env
  const tooLarge = () => {
    // The rest of the body is not read.
    context.header('connection', 'close')
    return new RequestProblem(413, 'TOO_LARGE', 'The request is too large.')
  }
  if (Number(incoming.headers['content-length'] ?? 0) > limits.maxBodyBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) throw new Error('the request is read as text')
    bytes += chunk.length
    if (bytes > limits.maxBodyBytes) throw tooLarge()
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw new RequestProblem(400, 'BAD_REQUEST', 'The body is not JSON.')
    throw error
  }
}
