import { z } from 'zod'
import { type ErrorCode, errorTable } from '../errors.ts'
import { imageTypeSchema } from '../kinds.ts'
import { ratingKeySchema } from '../preview.ts'

/** Errors of a request itself. All other errors have a code of the error table. */
export const requestErrorCodes = [
  'BAD_REQUEST',
  'NOT_SIGNED_IN',
  'WRONG_PASSWORD',
  'TOO_MANY_ATTEMPTS',
  'FORBIDDEN',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'TOO_LARGE',
  'NOT_CONNECTED',
  'CONNECTION_CHANGED',
  'CONFIG_CHANGED',
  'INDEX_NOT_READY',
  'JOB_ACTIVE',
  'JOB_ENDED',
  'PICTURE_UNAVAILABLE',
  'INTERNAL',
] as const

/**
 * One problem that a user can act on. It never contains a secret. Branch on the code; show the message and the hint.
 */
export const problemSchema = z.object({
  code: z.union([z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]), z.enum(requestErrorCodes)]),
  message: z.string(),
  /** What the user can do about it: one sentence. */
  hint: z.string().nullable(),
  details: z.array(z.string()),
})
export type ApiProblem = z.infer<typeof problemSchema>

/** The body of every answer with a status of 400 or more. */
export const errorReplySchema = z.object({ error: problemSchema })
export type ErrorReply = z.infer<typeof errorReplySchema>

/** machineIdentifier of a Plex server. */
export const serverIdSchema = z.string().regex(/^[A-Za-z0-9._-]{1,100}$/)
export const jobIdSchema = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,119}$/)
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

/** An item of one server. */
export const itemRefSchema = z.object({ server: serverIdSchema, ratingKey: ratingKeySchema })
export type ItemRef = z.infer<typeof itemRefSchema>

/** A picture of a job. Its bytes are at `jobImage` under its sha256 and never change. */
export const imageRefSchema = z.object({
  sha256: sha256Schema,
  type: imageTypeSchema,
  bytes: z.int().nonnegative(),
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
})
export type ImageRef = z.infer<typeof imageRefSchema>

export const timeSchema = z.iso.datetime()
