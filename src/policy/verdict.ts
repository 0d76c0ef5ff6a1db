import type { ArtworkKind } from '../contract/artwork-kinds.ts'
import { type AllowedRead, classifyResource, type ReadContext, sectionToLearn } from './classify-read.ts'
import { parseResource, type Resource, splitResource } from './resource.ts'
import { parseUploadPath, queryValue, ratingKeyOf } from './upload-path.ts'

/** What the policy learns about a request: its request line and a summary of its headers. */
export interface RequestSummary {
  method: string
  rawResource: string
  httpVersion: string
  /** A Content-Length above 0, or any Transfer-Encoding. */
  hasBody: boolean
  hasUpgrade: boolean
  hasHost: boolean
  /** Node drops headers beyond its limit, so nothing is known about the dropped ones. */
  tooManyHeaders: boolean
  /** The X-Plex-Token header; several headers are joined by commas. */
  tokenHeader: string | undefined
}

export interface PolicyContext extends ReadContext {
  /** Compares a token with the job's only token, in constant time. */
  acceptsToken(token: string): boolean
  /** Whether this text contains the job's token in any encoding. The token must not reach Plex by another way. */
  holdsToken?(text: string): boolean
}

export type Verdict =
  | { kind: 'forward'; resource: Resource; read: AllowedRead; reason: string }
  | {
      kind: 'capture'
      resource: Resource
      ratingKey: string | null
      artwork: ArtworkKind
      /** The URL of the image; null when the image is the request body. */
      url: string | null
      reason: string
    }
  | { kind: 'block'; resource: Resource; ratingKey: string | null; artwork: ArtworkKind | null; reason: string }
  | { kind: 'refuse'; resource: Resource; status: number; reason: string }

/** Every verdict in words. The reasons why a request is not a known read are in refusals.ts. */
export const verdictWords = {
  knownRead: 'a known read',
  upload: 'an upload: kept here, not sent to Plex',
  uploadByUrl: 'an upload by URL: the image behind it is kept here, nothing is sent to Plex',
  emptyUpload: 'an upload without an image: blocked',
  write: 'a write: blocked',
  otherMethod: (method: string) => `${method} is neither a read nor a write that Plex knows`,
  connect: 'CONNECT would open a tunnel past the proxy',
  upgrade: 'an upgrade would open a tunnel past the proxy',
  bodyOnRead: 'a read carries no body',
  oldHttp: (version: string) => `HTTP/${version} cannot tell a whole answer from a broken one`,
  noHost: 'the request names no host',
  manyHeaders: 'the request has too many headers',
  noToken: 'the request carries no token of this job',
  strayToken: 'the token of this job stands where no token belongs',
  wrongToken: 'the request carries another token than that of this job',
} as const

const reads: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const writes: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/**
 * Decides what happens to one request. Pure, no socket. Unknown reads are refused and unknown writes are blocked. Only
 * `forward` leads to Plex, and only with the rebuilt resource.
 */
export function decide(request: RequestSummary, context: PolicyContext): Verdict {
  const { method, rawResource } = request
  const isRead = reads.has(method)
  if (!isRead && !writes.has(method)) {
    return refuse(request, 403, method === 'CONNECT' ? verdictWords.connect : verdictWords.otherMethod(method))
  }
  if (request.hasUpgrade) return refuse(request, 403, verdictWords.upgrade)
  if (request.tooManyHeaders) return refuse(request, 431, verdictWords.manyHeaders)
  if (request.httpVersion !== '1.1') return refuse(request, 403, verdictWords.oldHttp(request.httpVersion))
  if (!request.hasHost) return refuse(request, 400, verdictWords.noHost)
  if (isRead && request.hasBody) return refuse(request, 403, verdictWords.bodyOnRead)

  const parsed = isRead ? parseResource(rawResource) : undefined
  const resource = parsed?.ok ? parsed.resource : splitResource(rawResource)
  const stranger = judgeTokens(request.tokenHeader, resource.tokens, context)
  if (stranger !== null) return { kind: 'refuse', resource, status: 401, reason: stranger }

  if (parsed) {
    const read = parsed.ok ? classifyResource(parsed.resource, context) : parsed
    if (!read.ok) return { kind: 'refuse', resource, status: 403, reason: read.reason }
    if (resource.pairs.some((pair) => context.holdsToken?.(pair))) {
      return { kind: 'refuse', resource, status: 403, reason: verdictWords.strayToken }
    }
    return { kind: 'forward', resource, read, reason: verdictWords.knownRead }
  }
  return decideWrite(request, resource)
}

/** The section whose Meta `decide` needs before it can judge this request; null if none, or for an unknown client. */
export function sectionBefore(request: RequestSummary, context: PolicyContext): string | null {
  // Most requests stop here: the path has no section, or its section is already known.
  const section = /^\/library\/sections\/(\d{1,9})\//.exec(request.rawResource)?.[1]
  if (section === undefined || context.section(section) !== undefined || !reads.has(request.method)) return null
  const parsed = parseResource(request.rawResource)
  if (!parsed.ok || judgeTokens(request.tokenHeader, parsed.resource.tokens, context) !== null) return null
  return sectionToLearn(parsed.resource)
}

function decideWrite(request: RequestSummary, resource: Resource): Verdict {
  const upload = request.method === 'POST' || request.method === 'PUT' ? parseUploadPath(resource.path) : null
  if (!upload) {
    return { kind: 'block', resource, ratingKey: ratingKeyOf(resource), artwork: null, reason: verdictWords.write }
  }
  const { ratingKey, kind: artwork } = upload
  if (request.hasBody) {
    return { kind: 'capture', resource, ratingKey, artwork, url: null, reason: verdictWords.upload }
  }
  const url = queryValue(resource, 'url')
  if (url !== null && url !== '') {
    return { kind: 'capture', resource, ratingKey, artwork, url, reason: verdictWords.uploadByUrl }
  }
  return { kind: 'block', resource, ratingKey, artwork, reason: verdictWords.emptyUpload }
}

/** Every token in a request must be the job's own. Returns null, or the reason for refusing the client. */
function judgeTokens(header: string | undefined, inQuery: readonly string[], context: PolicyContext): string | null {
  if (header === undefined && inQuery.length === 0) return verdictWords.noToken
  if (header !== undefined && !context.acceptsToken(header)) return verdictWords.wrongToken
  return inQuery.every((token) => context.acceptsToken(token)) ? null : verdictWords.wrongToken
}

function refuse(request: RequestSummary, status: number, reason: string): Verdict {
  return { kind: 'refuse', resource: splitResource(request.rawResource), status, reason }
}
