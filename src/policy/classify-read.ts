import { type CompiledTemplate, matchTemplate } from './known-reads/match-template.ts'
import { hasShape } from './known-reads/value-shapes.ts'
import { type ReadSubject, subjectOf } from './recognize-read.ts'
import { type Refusal, refuse } from './refusals.ts'
import { decodeValue, pairName, pairValue, parseResource, type Resource } from './resource.ts'
import { fieldTypes, neverTagLists, plainMeta, type SectionMeta } from './section-meta.ts'

declare const allowedResource: unique symbol
/** The path and query of a read that this file has judged. Nothing else can be sent to Plex. */
export type AllowedResource = string & { readonly [allowedResource]: true }

/** What the allow-list needs to know of this job beyond the request itself. */
export interface ReadContext {
  /** The Meta of a section, undefined while it is not known. */
  section(id: string): SectionMeta | undefined
  /** Whether Plex itself, in this job, listed this `url` among the artwork of the item. */
  listedArtwork(ratingKey: string, url: string): boolean
}

export interface AllowedRead extends ReadSubject {
  ok: true
  /** Path and query as they go to Plex: accepted pairs byte for byte, tokens out, skipRefresh in. */
  resource: AllowedResource
  /** Path of the row that let it through: its name in the records. */
  template: string
}

export interface ReadRequest {
  method: string
  rawResource: string
  context: ReadContext
}

/** Judges one request against the table of reads. Pure; nothing but what it lets through can be sent to Plex. */
export function classifyRead({ method, rawResource, context }: ReadRequest): AllowedRead | Refusal {
  if (method !== 'GET' && method !== 'HEAD') return refuse('notARead', method)
  const parsed = parseResource(rawResource)
  return parsed.ok ? classifyResource(parsed.resource, context) : parsed
}

/** As `classifyRead`, for a GET or HEAD whose resource is parsed already. */
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

/** The section whose Meta must be known before this resource can be judged; null if none. */
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

/** A constant read of our own code. Throws when the table does not let it through: that is a bug. */
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
// urllib and requests write them. The `=` that ends the operator is the one at which the pair is split.
const searchField = new RegExp(
  `^(?:(?:${fieldTypes})\\.)?([A-Za-z]{1,64})(?:(?:!|%21)(?:%3[Dd])?|%3[Dd]|%3[Ee]|%3[Cc]|%3[Ee]%3[Ee]|%3[Cc]%3[Cc])?$`,
)

function judgeField(name: string, value: string, meta: SectionMeta): Refusal | undefined {
  const field = searchField.exec(name)?.[1]
  if (field === undefined || !meta.fields.has(field)) return refuse('unknownField', name)
  // `title==x` is the operator `==` written without encoding.
  return hasShape(value, 'text') ? undefined : refuse('badValue', name)
}

function isPlexFile({ pairs, ratingKeys: [ratingKey] }: ReadSubject, context: ReadContext): boolean {
  const url = decodeValue(pairValue(pairs[0] ?? ''))
  if (url === null || ratingKey === undefined) return false
  return isPlexOwnUrl(url) || context.listedArtwork(ratingKey, url)
}

/** True for the schemes under which Plex names artwork that it stores itself. */
export function isPlexOwnUrl(url: string): boolean {
  return /^(upload|metadata|media):\/\/[^\s\\?#]+$/.test(url) && !/\/\.{1,2}(\/|$)/.test(url)
}

/** The one place where text becomes an AllowedResource: after everything in it has been judged. */
function writeResource(path: string, pairs: readonly string[]): AllowedResource {
  return (pairs.length === 0 ? path : `${path}?${pairs.join('&')}`) as AllowedResource
}
