import { type CompiledTemplate, matchTemplate } from './known-reads/match-template.ts'
import { hasShape } from './known-reads/value-shapes.ts'
import { type ReadSubject, subjectOf } from './recognize-read.ts'
import { type Refusal, refuse } from './refusals.ts'
import { decodeValue, pairName, pairValue, parseResource, type Resource } from './resource.ts'
import { fieldTypes, neverTagLists, plainMeta, type SectionMeta } from './section-meta.ts'

declare const allowedResource: unique symbol
/** The path and query of a read that `classifyRead` has approved. A request to Plex accepts no other type. */
export type AllowedResource = string & { readonly [allowedResource]: true }

/** What the allow-list needs to know about the job, in addition to the request. */
export interface ReadContext {
  /** The Meta of a section; undefined until it is known. */
  section(id: string): SectionMeta | undefined
  /** Whether Plex itself listed this `url` during this job as artwork of the item. */
  listedArtwork(ratingKey: string, url: string): boolean
}

export interface AllowedRead extends ReadSubject {
  ok: true
  /** Path and query as they go to Plex: accepted pairs byte for byte, tokens removed, skipRefresh added. */
  resource: AllowedResource
  /** Path of the table row that allowed the read; the records use it as the read's name. */
  template: string
}

export interface ReadRequest {
  method: string
  rawResource: string
  context: ReadContext
}

/** Checks one request against the table of reads. Pure. Only what this function approves can be sent to Plex. */
export function classifyRead({ method, rawResource, context }: ReadRequest): AllowedRead | Refusal {
  if (method !== 'GET' && method !== 'HEAD') return refuse('notARead', method)
  const parsed = parseResource(rawResource)
  return parsed.ok ? classifyResource(parsed.resource, context) : parsed
}

/** The same check as `classifyRead`, for a GET or HEAD whose resource is already parsed. */
export function classifyResource(resource: Resource, context: ReadContext): AllowedRead | Refusal {
  const match = matchTemplate(resource.path)
  if (!match) return refuse('unknownPath')
  const subject = subjectOf(resource, match)
  const { row, section, tag } = subject
  const meta = (section === undefined ? undefined : context.section(section)) ?? plainMeta
  if (tag !== undefined && !meta.tagLists.has(tag)) return refuse('unknownTagList', tag)
  const problem = judgeQuery(resource, match.compiled, meta)
  if (problem) return problem
  if (row.needs.includes('url') && !isPlexFile(subject, context)) return refuse('foreignFile')
  const missing = row.adds.filter((pair) => !resource.pairs.includes(pair))
  const pairs = missing.length === 0 ? resource.pairs : [...resource.pairs, ...missing]
  return { ok: true, ...subject, pairs, resource: writeResource(resource.path, pairs), template: row.path }
}

/** The section whose Meta must be known before this resource can be checked; null if there is none. */
export function sectionToLearn(resource: Resource): string | null {
  const match = matchTemplate(resource.path)
  const section = match?.holes['{section}']
  if (match === undefined || section === undefined) return null
  const { holes, compiled } = match
  const tag = holes['{tag}']
  if (tag !== undefined) return plainMeta.tagLists.has(tag) || neverTagLists.has(tag) ? null : section
  if (!compiled.template.search) return null
  const known = (pair: string) => compiled.parameters.has(pairName(pair))
  return resource.pairs.every(known) ? null : section
}

/** Approves a fixed read of our own code. Throws if the table does not allow the read, because that is a bug. */
export function allowRead(pathAndQuery: string): AllowedResource {
  const verdict = classifyRead({ method: 'GET', rawResource: pathAndQuery, context: noContext })
  if (!verdict.ok) throw new Error(`not on the list of reads: ${pathAndQuery}: ${verdict.reason}`)
  return verdict.resource
}

const noContext: ReadContext = { section: () => undefined, listedArtwork: () => false }

function judgeQuery(resource: Resource, compiled: CompiledTemplate, meta: SectionMeta): Refusal | undefined {
  const { parameters, template } = compiled
  let seen = 0
  for (const pair of resource.pairs) {
    const name = pairName(pair)
    const parameter = parameters.get(name)
    if (parameter) {
      if ((seen & parameter.bit) !== 0) return refuse('repeated', name)
      seen |= parameter.bit
      if (!hasShape(pairValue(pair), parameter.shape)) return refuse('badValue', name)
    } else if (template.search) {
      const problem = judgeField(name, pairValue(pair), meta)
      if (problem) return problem
    } else {
      return refuse('unknownParameter', name)
    }
  }
  for (const name of template.needs) {
    if ((seen & (parameters.get(name)?.bit ?? 0)) === 0) return refuse('missing', name)
  }
  return undefined
}

// `[type.]field` and operator: `!`, `=`, `>>`, `<<`, and Kometa's `<`, `>` (plex.py modifier_translation), encoded as
// urllib and requests write them. The final `=` of the operator is missing because the pair was split there.
const searchField = new RegExp(
  `^(?:(?:${fieldTypes})\\.)?([A-Za-z]{1,64})(?:(?:!|%21)(?:%3[Dd])?|%3[Dd]|%3[Ee]|%3[Cc]|%3[Ee]%3[Ee]|%3[Cc]%3[Cc])?$`,
)

function judgeField(name: string, value: string, meta: SectionMeta): Refusal | undefined {
  const field = searchField.exec(name)?.[1]
  if (field === undefined || !meta.fields.has(field)) return refuse('unknownField', name)
  // `title==x` is the operator `==` without encoding, so the value may start with `=`.
  return hasShape(value, 'text') ? undefined : refuse('badValue', name)
}

function isPlexFile({ pairs, ratingKeys: [ratingKey] }: ReadSubject, context: ReadContext): boolean {
  const url = decodeValue(pairValue(pairs[0] ?? ''))
  if (url === null || ratingKey === undefined) return false
  return isPlexOwnUrl(url) || context.listedArtwork(ratingKey, url)
}

/** True for the URL schemes that Plex uses for artwork that it stores itself. */
export function isPlexOwnUrl(url: string): boolean {
  return /^(upload|metadata|media):\/\/[^\s\\?#]+$/.test(url) && !/\/\.{1,2}(\/|$)/.test(url)
}

/** The only place that turns text into an AllowedResource, after every part of the text has been checked. */
function writeResource(path: string, pairs: readonly string[]): AllowedResource {
  return (pairs.length === 0 ? path : `${path}?${pairs.join('&')}`) as AllowedResource
}
