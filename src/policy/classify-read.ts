import type { AllowedTarget } from '../plex/upstream/connection.ts'
import { type CompiledTemplate, matchTemplate, type TemplateMatch } from './known-reads/match-template.ts'
import { hasShape } from './known-reads/value-shapes.ts'
import { type Refusal, refuse } from './refusals.ts'
import { decodeValue, pairName, pairValue, parseTarget, type RequestTarget } from './resource.ts'
import { fieldTypes, neverTagLists, plainMeta, type SectionMeta } from './section-meta.ts'

/** What the allow-list needs to know of this job beyond the request itself. */
export interface ReadContext {
  /** The Meta of a section, undefined while it is not known. */
  section(id: string): SectionMeta | undefined
  /** Whether Plex itself, in this job, listed this `url` among the artwork of the item. */
  listedArtwork(ratingKey: string, url: string): boolean
}

export interface AllowedRead {
  ok: true
  /** Path and query as they go to Plex: accepted pairs byte for byte, tokens out, skipRefresh in. */
  target: AllowedTarget
  /** Path of the template that let it through. */
  template: string
  section?: string
  ratingKeys?: readonly string[]
  /** The answer lists artwork whose `file?url=` may be asked for later. */
  listsArtwork: boolean
}

export interface ReadRequest {
  method: string
  rawTarget: string
  context: ReadContext
}

/** Judges one request against the table of reads. Pure; nothing but what it lets through can be sent to Plex. */
export function classifyRead({ method, rawTarget, context }: ReadRequest): AllowedRead | Refusal {
  if (method !== 'GET' && method !== 'HEAD') return refuse('notARead', method)
  const parsed = parseTarget(rawTarget)
  return parsed.ok ? classifyTarget(parsed.target, context) : parsed
}

/** As `classifyRead`, for a GET or HEAD whose target is parsed already. */
export function classifyTarget(target: RequestTarget, context: ReadContext): AllowedRead | Refusal {
  const match = matchTemplate(target.path)
  if (!match) return refuse('unknownPath')
  const meta = (match.section === undefined ? undefined : context.section(match.section)) ?? plainMeta
  if (match.tag !== undefined && !meta.tagLists.has(match.tag)) return refuse('unknownTagList', match.tag)
  const { template } = match.compiled
  const problem = judgeQuery(target, match.compiled, meta)
  if (problem) return problem
  if (template.path === '/library/metadata/{id}/file' && !isPlexFile(target, match, context)) {
    return refuse('foreignFile')
  }
  const read: AllowedRead = {
    ok: true,
    target: writeTarget(target, match.compiled),
    template: template.path,
    listsArtwork: template.listsArtwork === true,
  }
  if (match.section !== undefined) read.section = match.section
  if (match.ids !== undefined) read.ratingKeys = match.ids.split(',')
  return read
}

/** The section whose Meta must be known before this target can be judged; null if none. */
export function sectionToLearn(target: RequestTarget): string | null {
  const match = matchTemplate(target.path)
  if (match?.section === undefined) return null
  const { section, tag, compiled } = match
  if (tag !== undefined) return plainMeta.tagLists.has(tag) || neverTagLists.has(tag) ? null : section
  if (!compiled.template.search) return null
  const known = (pair: string) => compiled.parameters.has(pairName(pair))
  return target.pairs.every(known) ? null : section
}

/** A constant read of our own code. Throws when the table does not let it through: that is a bug. */
export function allowRead(pathAndQuery: string): AllowedTarget {
  const verdict = classifyRead({ method: 'GET', rawTarget: pathAndQuery, context: noContext })
  if (!verdict.ok) throw new Error(`not on the list of reads: ${pathAndQuery}: ${verdict.reason}`)
  return verdict.target
}

const noContext: ReadContext = { section: () => undefined, listedArtwork: () => false }

function judgeQuery(target: RequestTarget, compiled: CompiledTemplate, meta: SectionMeta): Refusal | undefined {
  const { parameters, template } = compiled
  let seen = 0
  for (const pair of target.pairs) {
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
  for (const name of template.needs ?? []) {
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

function isPlexFile(target: RequestTarget, match: TemplateMatch, context: ReadContext): boolean {
  const url = decodeValue(pairValue(target.pairs[0] ?? ''))
  if (url === null || match.ids === undefined) return false
  return isPlexOwnUrl(url) || context.listedArtwork(match.ids, url)
}

/** True for the schemes under which Plex names artwork that it stores itself. */
export function isPlexOwnUrl(url: string): boolean {
  return /^(upload|metadata|media):\/\/[^\s\\?#]+$/.test(url) && !/\/\.{1,2}(\/|$)/.test(url)
}

/** The one place where text becomes an AllowedTarget: after everything in it has been judged. */
function writeTarget(target: RequestTarget, { template }: CompiledTemplate): AllowedTarget {
  let query = target.pairs.join('&')
  for (const pair of template.adds ?? []) {
    if (!target.pairs.includes(pair)) query = query === '' ? pair : `${query}&${pair}`
  }
  return (query === '' ? target.path : `${target.path}?${query}`) as AllowedTarget
}
