import { z } from 'zod'
import { RequestProblem } from './request-problem.ts'

/**
 * Reads a query string by a schema. Repeated names make a list; numbers and booleans are read from text. Throws
 * BAD_REQUEST.
 */
export function decodeQuery(schema: z.ZodObject, query: URLSearchParams): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const name of new Set(query.keys())) {
    const field = Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined
    if (field === undefined)
      throw new RequestProblem(400, 'BAD_REQUEST', `There is no parameter "${name.slice(0, 40)}".`)
    const type = plainType(field)
    const texts = query.getAll(name)
    if (type instanceof z.ZodArray) values[name] = texts
    else if (texts.length > 1) throw new RequestProblem(400, 'BAD_REQUEST', `The parameter "${name}" is given twice.`)
    else values[name] = scalar(type, texts[0] ?? '')
  }
  return parseInput(schema, values)
}

/** Parses what a client sent. Throws BAD_REQUEST, which names the field but never the value. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue && issue.path.length > 0 ? `"${issue.path.join('.')}": ` : ''
  throw new RequestProblem(400, 'BAD_REQUEST', `The request is not understood: ${where}${issue?.message ?? 'invalid'}`)
}

function plainType(field: unknown): unknown {
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault) return plainType(field.unwrap())
  return field
}

function scalar(type: unknown, text: string): unknown {
  if (type instanceof z.ZodNumber) return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
  if (type instanceof z.ZodBoolean && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
