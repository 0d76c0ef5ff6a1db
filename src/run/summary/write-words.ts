import { type ArtworkKind, artworkTable } from '../../contract/artwork-kinds.ts'
import type { BlockedWrite } from '../../contract/records.ts'
import { parseUploadPath } from '../../policy/upload-path.ts'
import { subjectOfWrite, type WriteSubject } from '../../policy/write-subject.ts'
import { addedWords, itemEditOf, type TagEdit } from '../../proxy/ledger/item-edits.ts'

type Write = Pick<BlockedWrite, 'method' | 'path' | 'query'>

/** What is known about the items of a server. */
export interface KnownItems {
  /** What a user calls an item; null: nobody knows. */
  titleOf(ratingKey: string): string | null
  /** Its labels before the job; null: nobody knows. */
  labelsOf(ratingKey: string): readonly string[] | null
}

/** Items that are named in one line. */
const namedItems = 3

/** What a blocked write would have done, as a user says it: `+ label Overlay on Metropolis`. */
export function writeWords(write: Write, known: KnownItems): string {
  const name = (key: string) => known.titleOf(key) ?? `item ${key}`
  const upload = parseUploadPath(write.path)
  if (upload) return uploadWords(write, upload.kind, upload.ratingKey === null ? 'an item' : name(upload.ratingKey))
  return editWords(write, name, known) ?? actionWords(write, name) ?? `${write.method} ${write.path}`
}

function uploadWords({ method, path }: Write, kind: ArtworkKind, item: string): string {
  const what = artworkTable[kind].words
  if (method === 'DELETE') return `− ${what} of ${item}`
  // The plural takes a picture in; the singular chooses among those that Plex has (python-plexapi mixins/object.py).
  return method === 'PUT' && !/s$/.test(path) ? `another ${what} for ${item}` : `+ ${what} on ${item}`
}

/** Edits of fields and tags, which name their items in the query. */
function editWords(write: Write, name: (key: string) => string, { labelsOf }: KnownItems): string | null {
  const edits = itemEditOf(write)
  if (edits === null) return null
  const [only, ...others] = edits.ratingKeys
  const labels = only !== undefined && others.length === 0 ? labelsOf(only) : null
  const parts = edits.tags.flatMap((edit) => tagWords(edit, edit.field === 'label' ? labels : null))
  for (const [field, value] of edits.fields) parts.push(`${plainWords(field)} “${value}”`)
  if (parts.length === 0) for (const field of edits.locks) parts.push(`lock of the ${plainWords(field)}`)
  if (parts.length === 0) return null
  return `${parts.join('; ')} on ${listItems(edits.ratingKeys.map(name))}`
}

function tagWords({ field, added, removed }: TagEdit, before: readonly string[] | null): string[] {
  const what = plainWords(field)
  return [...addedWords(what, added, before), ...(removed.length > 0 ? [`− ${what} ${removed.join(', ')}`] : [])]
}

/** `audienceRating` -> `audience rating` */
const plainWords = (field: string): string => field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

function listItems(items: readonly string[]): string {
  if (items.length === 0) return 'items of the library'
  const more = items.length - namedItems
  return more > 0 ? `${items.slice(0, namedItems).join(', ')} and ${more} more` : items.join(', ')
}

const actions: Readonly<Record<string, string>> = {
  refresh: 'refresh',
  analyze: 'analyse',
  match: 'match',
  unmatch: 'unmatch',
  merge: 'merge',
  split: 'split',
  prefs: 'settings of',
}

function actionWords({ method, path, query }: Write, name: (key: string) => string): string | null {
  const values = new URLSearchParams(query)
  const subject = subjectOfWrite(path)
  switch (subject.of) {
    case 'new collection':
    case 'new playlist':
      return method === 'POST' ? `+ ${subject.of.slice('new '.length)} ${values.get('title') ?? ''}`.trim() : null
    case 'preferences':
      return `settings of Plex: ${[...values.keys()].filter((key) => !/^X-Plex/i.test(key)).join(', ')}`
    case 'section':
      return subject.action === 'emptyTrash' ? `empty the trash of library ${subject.section}` : null
    case 'anything':
      return null
    default:
      return memberWords(method, subject, name) ?? itemWords(method, subject, name)
  }
}

type OneSubject = Extract<WriteSubject, { ratingKey: string }>

/** What is in a collection or a playlist, and in which order. */
function memberWords(method: string, subject: OneSubject, name: (key: string) => string): string | null {
  const { of, ratingKey, action, member, isMove } = subject
  if (of === 'item' || (action !== 'items' && action !== 'children')) return null
  const where = `the ${of} ${name(ratingKey)}`
  const what = member === null ? 'items' : name(member)
  if (isMove) return `place of ${what} in ${where}`
  return `${method === 'DELETE' ? '−' : '+'} ${what} in ${where}`
}

function itemWords(method: string, { ratingKey, action }: OneSubject, name: (key: string) => string): string | null {
  if (action === null) return method === 'DELETE' ? `delete ${name(ratingKey)}` : null
  const words = actions[action]
  return words === undefined ? null : `${words} ${name(ratingKey)}`
}
