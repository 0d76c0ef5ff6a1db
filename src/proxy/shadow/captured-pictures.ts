import type { FileHandle } from 'node:fs/promises'
import { type ArtworkKind, artworkTable, keptKinds } from '../../contract/artwork-kinds.ts'
import { type ImageType, imageMediaTypes } from '../../contract/kinds.ts'
import type { Capture } from '../../contract/records.ts'
import type { ReadSubject } from '../../policy/recognize-read.ts'
import { parseUploadPath, queryValue } from '../../policy/upload-path.ts'
import type { ReadHandler, ReadReply } from '../answer/read-handler.ts'
import type { CaptureStore } from '../capture/types.ts'
import { editAnswer } from './edit-answer.ts'
import { quoteXml } from './quote-xml.ts'

export interface CapturedPicturesOptions {
  captures: Pick<CaptureStore, 'list' | 'open'>
  serverId: string
}

/** The element of a picture's path -> the kind that it shows. */
const shownKinds: ReadonlyMap<string, ArtworkKind> = new Map(
  keptKinds.map((kind) => [artworkTable[kind].shownAt, kind]),
)

type KeptPicture = Capture & { type: ImageType; sha256: string }

/**
 * Shows Kometa its own uploads. From the capture on, an item shows the captured picture, a season or an episode
 * without a picture of its own shows that of its parent, and the picture is the first in the item's list. Plex does
 * not have it, so that it comes from the store.
 */
export function createCapturedPictures({ captures, serverId }: CapturedPicturesOptions): {
  wrap(next: ReadHandler): ReadHandler
} {
  const kept = (ratingKey: string, kind: ArtworkKind): KeptPicture[] =>
    captures.list().filter((capture): capture is KeptPicture => {
      const isOf = capture.server === serverId && capture.rating_key === ratingKey && capture.kind === kind
      return isOf && capture.parse_error === null && capture.type !== null && capture.saved_path !== null
    })
  const newest = (ratingKey: string, kind: ArtworkKind) =>
    kept(ratingKey, kind)
      .sort((one, other) => one.seq - other.seq)
      .at(-1)

  /** The capture behind the address of a picture; undefined when the picture is one of Plex's. */
  function captureAt(read: ReadSubject): KeptPicture | undefined {
    const [ratingKey] = read.ratingKeys
    if (read.row.answer !== 'picture' || ratingKey === undefined || read.isCollection) return undefined
    if (read.element !== undefined) {
      const shown = shownKinds.get(read.element)
      return shown === undefined ? undefined : newest(ratingKey, shown)
    }
    const url = queryValue(read, 'url')
    if (url === null) return undefined
    return captures
      .list()
      .filter((capture): capture is KeptPicture => capture.rating_key === ratingKey && capture.server === serverId)
      .find((capture) => capture.sha256 !== null && capture.type !== null && uploadKey(capture) === url)
  }

  return {
    wrap: (next) => (read, reply) => {
      const capture = captureAt(read.read)
      if (capture !== undefined) {
        captures.open(capture).then(
          (file) => send(file, capture, reply, read.method === 'HEAD'),
          (error: Error) => reply.fail(502, `the captured picture cannot be read: ${error.message}`),
        )
        return
      }
      const list = parseUploadPath(read.read.path)
      const own = list?.ratingKey == null ? [] : distinct(kept(list.ratingKey, list.kind))
      if (own.length === 0) next(read, reply)
      else editAnswer(next, read, reply, (text) => withUploads(text, own))
    },
  }
}

const uploadKey = ({ kind, sha256 }: KeptPicture): string => `upload://${artworkTable[kind ?? 'poster'].list}/${sha256}`

/** Plex keeps one of several uploads with the same bytes. The newest upload comes first. */
function distinct(uploads: readonly KeptPicture[]): KeptPicture[] {
  const newestFirst = [...uploads].sort((one, other) => other.seq - one.seq)
  return newestFirst.filter((one, at) => newestFirst.findIndex(({ sha256 }) => sha256 === one.sha256) === at)
}

/**
 * The list of an item's pictures with the uploads added; the newest upload is the selected one. Null when the text is
 * no such list.
 */
function withUploads(text: string, uploads: readonly KeptPicture[]): string | null {
  const open = /<MediaContainer(?:\s[^<>]*?)?(\/?)>/.exec(text)
  if (!open) return null
  const [tag = '', selfClosed] = open
  const count = /\ssize="(\d+)"/.exec(tag)?.[1]
  const counted = tag
    .replace(/\/?>$/, '>')
    .replace(/\ssize="\d+"/, ` size="${Number(count ?? 0) + uploads.length}"`)
    .replace(/\stotalSize="(\d+)"/, (_all, total: string) => ` totalSize="${Number(total) + uploads.length}"`)
  const photos = uploads.map((upload, at) => {
    const key = `/library/metadata/${upload.rating_key}/file?url=${encodeURIComponent(uploadKey(upload))}`
    const [shownKey, ratingKey] = [quoteXml(key), quoteXml(uploadKey(upload))]
    return `<Photo key="${shownKey}" ratingKey="${ratingKey}" selected="${at === 0 ? 1 : 0}" thumb="${shownKey}"/>\n`
  })
  const before = text.slice(0, open.index)
  const after = text.slice(open.index + tag.length).replaceAll(/(\sselected=)(["'])1\2/g, '$1"0"')
  return `${before}${counted}\n${photos.join('')}${after}${selfClosed ? '</MediaContainer>\n' : ''}`
}

function send(file: FileHandle, { type, size_bytes: size }: KeptPicture, reply: ReadReply, head: boolean): void {
  reply.fromHere()
  reply.begin(200, { 'content-type': imageMediaTypes[type], 'content-length': size })
  // The stream closes the file at its end, and when it is destroyed.
  const stream = file.createReadStream()
  if (head) {
    stream.destroy()
    reply.end()
    return
  }
  let waits = false
  stream.on('data', (chunk) => {
    if (reply.write(Buffer.from(chunk))) return
    stream.pause()
    if (!waits) reply.whenDrained(() => stream.resume())
    waits = true
  })
  stream.once('end', () => reply.end())
  stream.once('error', (error) => reply.fail(502, error.message))
  reply.whenGone(() => stream.destroy())
}
