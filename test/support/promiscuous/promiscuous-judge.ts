import { trimEndOf } from '../../../src/util/trim-end.ts'
import { changingGets, changingMetadataFlags, sqlParameters } from './promiscuous-gets.ts'
import { type DocumentedRead, documentedReads, documents } from './promiscuous-reads.ts'
import { type ObligingTarget, parsePair, readObligingly } from './promiscuous-target.ts'
import { describedWrites } from './promiscuous-writes.ts'

export interface ObligingRequest {
  method: string
  target: string
  headers: readonly (readonly [name: string, value: string])[]
}

const overrideNames = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-method',
  '_method',
  'x-plex-method',
  'x-plex-http-method-override',
]
const reads = ['GET', 'HEAD']

const anySegment = '[^/]+'
const pathPattern = (path: string): RegExp =>
  new RegExp(
    `^${path
      .toLowerCase()
      .replace(/\*$/, '')
      .replace(/[.()]/g, '\\$&')
      .replace(/\{[^{}]*\}/g, anySegment)}${path.endsWith('*') ? '.*' : ''}$`,
  )

/** The number of fixed segments: the more exact of two descriptions counts. */
const exactness = (path: string): number => path.split('/').filter((part) => !part.includes('{')).length

/** `{element}` also covers reads like `/posters`. */
const described = describedWrites
  .map(({ template, verbs, alsoRead }) => ({
    template,
    verbs,
    writeOnly: !alsoRead && !template.endsWith('/{element}'),
    pattern: pathPattern(template),
  }))
  .sort((a, b) => exactness(b.template) - exactness(a.template))
const changing = changingGets.map(({ row, path }) => ({ row, path, pattern: pathPattern(path) }))
const known = documentedReads
  .map((read) => ({ read, pattern: pathPattern(read.path) }))
  .sort((a, b) => exactness(b.read.path) - exactness(a.read.path))

/** The effect of this request on a promiscuous server, in words; null if the server only answers. */
export function judgeObligingly({ method, target, headers }: ObligingRequest): string | null {
  const verb = method.toUpperCase()
  if (!reads.includes(verb)) return `${verb} is taken as a write`
  const { paths, pairs } = readObligingly(target)
  const cookies = valuesOf(headers, 'cookie').flatMap((value) => value.split(';').map((pair) => parsePair(pair.trim())))
  const everywhere = [...pairs, ...cookies]
  const override = overrideIn(headers, everywhere)
  if (override !== null) return `${override} stands in for ${verb}`
  if (valuesOf(headers, 'upgrade').length > 0) return 'a tunnel is opened'
  for (const path of paths) {
    const effect = effectOf(path, verb) ?? effectOfParameters(path, everywhere, cookies.length > 0)
    if (effect !== null) return effect
  }
  return null
}

function effectOf(path: string, verb: string): string | null {
  const get = changing.find(({ pattern }) => pattern.test(path))
  if (get) return `${verb} on ${get.path} changes something (row ${get.row})`
  const write = described.find(({ pattern }) => pattern.test(path))
  return write?.writeOnly ? `${verb} on ${write.template} is taken for ${write.verbs.join(' or ')}` : null
}

function effectOfParameters(path: string, pairs: ObligingTarget['pairs'], hasCookies: boolean): string | null {
  const names = pairs.map(({ name }) => name)
  const sql = names.find((name) => sqlParameters.includes(lastWord(name)))
  if (sql !== undefined) return `${sql} is raw SQL`
  const edit = names.find((name) => /\.(value|locked|tag\.tag|tag\.tag-)$|\[\d*\]/.test(name))
  if (edit !== undefined) return `${edit} edits the item`
  if (/^\/library\/metadata\/[^/]+$/.test(path)) {
    if (!pairs.some(({ name, value }) => name === 'skipRefresh' && value === '1')) return `${path} is refreshed`
    const flag = names.find((name) => changingMetadataFlags.some((one) => one.toLowerCase() === name.toLowerCase()))
    if (flag !== undefined) return `${flag} sets something off (row 11)`
  }
  if (!isWritePath(path)) return hasCookies ? 'parameters are read from a cookie' : null
  const read = known.find(({ pattern }) => pattern.test(path))?.read
  const foreign = names.find((name) => !isDocumented(read, name))
  return foreign === undefined ? null : `${foreign} makes ${path} a write`
}

/** Paths that have both reads and writes, and paths with an `{element}`. */
function isWritePath(path: string): boolean {
  return described.some(({ pattern }) => pattern.test(path))
}

function isDocumented(read: DocumentedRead | undefined, name: string): boolean {
  return name.toLowerCase() === 'x-plex-token' || (read !== undefined && documents(read, name))
}

function overrideIn(
  headers: ObligingRequest['headers'],
  pairs: readonly { name: string; value: string }[],
): string | null {
  const all = [...headers.map(([name, value]) => ({ name, value })), ...pairs]
  const found = all.find(({ name }) => overrideNames.includes(name.toLowerCase()))
  return found && !reads.includes(found.value.trim().toUpperCase()) ? found.value : null
}

function valuesOf(headers: ObligingRequest['headers'], wanted: string): string[] {
  return headers.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []))
}

const lastWord = (name: string): string => trimEndOf(name.slice(name.lastIndexOf('.') + 1), /[^A-Za-z]/).toLowerCase()
