import { z } from 'zod'
import { errorReplySchema, type RouteSchemas } from '../contract/api/api.ts'
import { apiPaths, type RouteName } from '../contract/api/api-paths.ts'

/** The API as an OpenAPI 3.1 document. Its schemas are JSON Schema 2020-12, as zod writes them. */
export function openApiDocument(
  version: string,
  routes: Readonly<Record<RouteName, RouteSchemas>>,
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const name of Object.keys(apiPaths) as RouteName[]) {
    const [method, path] = apiPaths[name]
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(name, routes[name]) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kometa Preview',
      version,
      description: 'The API of the studio. It reads Plex and never writes to it; no answer holds a secret.',
    },
    paths,
    components: {
      schemas: { Error: jsonSchema(errorReplySchema, 'output') },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'kometa_preview_session' } },
    },
  }
}

function operation(name: RouteName, { summary, params, query, body, reply, media, creates, open }: RouteSchemas) {
  const success = {
    description: summary,
    ...(media !== undefined
      ? { content: { [media]: {} } }
      : reply
        ? { content: { 'application/json': { schema: jsonSchema(reply, 'output') } } }
        : {}),
  }
  return {
    operationId: name,
    summary,
    security: open ? [] : [{ session: [] }],
    parameters: [...parametersOf(params, 'path'), ...parametersOf(query, 'query')],
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input') } } } }
      : {}),
    responses: {
      [reply === null ? '204' : creates ? '201' : '200']: success,
      default: {
        description: 'What went wrong, and what can be done about it',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query') {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const type = field as z.ZodType
    return { name, in: place, required: !type.safeParse(undefined).success, schema: jsonSchema(type, 'input') }
  })
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
