import { createHash, randomBytes } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../contract/errors.ts'
import { type ImageType, imageTypes } from '../../contract/kinds.ts'
import { describeNonImage, sniffImage } from '../../images/sniff.ts'
import type { PlexItem } from '../../plex/items/item.ts'
import type { PlexReader } from '../../plex/items/reads.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { writeInto } from '../../util/beneath/file-chunks.ts'
import { jobFolders } from '../job-folder/job-folder.ts'

/** The largest picture that is taken from Plex or from an `input` file. */
const maxPictureBytes = 64 * 1024 * 1024
/** This many bytes from the start of a picture tell its type. */
const headBytes = 512

/** Where a before picture came from. Plex shows the parent's or grandparent's picture for an item without its own. */
export type BeforeSource = 'input' | 'own' | 'parent' | 'grandparent'

export interface BeforePicture {
  /** Its path in the job. */
  file: string
  type: ImageType
  bytes: number
  sha256: string
  source: BeforeSource
  /** Why the `input` file was not taken; null if it was taken, or if none was named. */
  note: string | null
}

export interface MissingPicture {
  file: null
  /** In words. */
  reason: string
  note: string | null
}

export interface BeforeRequest {
  /** The job's files. The `input` folder exists. */
  files: Beneath
  /** The target's id. */
  id: string
  /** null if Plex does not know the item: then only the `input` file can give a picture. */
  item: PlexItem | null
  /** The target's `input` file in the job. It need not exist, and is only read. */
  input?: string | undefined
}

export interface BeforeDeps {
  reader: Pick<PlexReader, 'image'>
  signal?: AbortSignal
}

/**
 * Writes the picture that Plex shows for the target now, or its `input` file if there is one, to
 * `input/<id>_before.<ext>`: the same bytes, synced and renamed into place. An earlier run's picture of this name is
 * removed. A picture that cannot be had is a `MissingPicture` with the reason. Rejects with the reason of `signal` if
 * that is aborted.
 */
export async function fetchBeforePicture(
  request: BeforeRequest,
  deps: BeforeDeps,
): Promise<BeforePicture | MissingPicture> {
  await removeTemporaries(request)
  const found = await choose(request, deps)
  if (found.file === null) await removeEarlier(request, null)
  return found
}

async function choose(request: BeforeRequest, deps: BeforeDeps): Promise<BeforePicture | MissingPicture> {
  let note: string | null = null
  const { files, input } = request
  const info = input === undefined ? null : await files.look(input)
  if (input !== undefined && info && !info.isDirectory()) {
    const copied = await take(request, deps, 'input', (temporary) => copyPicture(files, input, temporary))
    if (copied.file !== null) return { ...copied, note }
    note = `the input file was not taken: ${copied.reason}`
  }
  const shown = shownPicture(request.item)
  if (!shown)
    return { file: null, reason: request.item ? 'Plex shows no poster for it' : 'Plex does not know it', note }
  const fetched = await take(request, deps, shown.source, (temporary) =>
    deps.reader.image(shown.path, temporary, { maxBytes: maxPictureBytes }),
  )
  return { ...fetched, note }
}

/** The picture that Plex's own apps show for an item. */
export function shownPicture(item: PlexItem | null): { path: string; source: Exclude<BeforeSource, 'input'> } | null {
  if (!item) return null
  if (item.thumb) return { path: item.thumb, source: 'own' }
  if (item.parentThumb) return { path: item.parentThumb, source: 'parent' }
  if (item.grandparentThumb) return { path: item.grandparentThumb, source: 'grandparent' }
  return null
}

type Taken = Omit<BeforePicture, 'note'> | Omit<MissingPicture, 'note'>

async function take(
  request: BeforeRequest,
  deps: BeforeDeps,
  source: BeforeSource,
  fill: (temporary: FileHandle) => Promise<{ bytes: number; sha256: string }>,
): Promise<Taken> {
  const { files } = request
  const temporary = inInput(`${temporaryPrefix(request.id)}${randomBytes(6).toString('hex')}`)
  try {
    const { bytes, sha256, head } = await writeNew(files, temporary, fill)
    const type = sniffImage(head)
    if (!type) return { file: null, reason: `the picture is no JPEG, PNG or WebP but ${describeNonImage(head)}` }
    const file = pictureFile(request, type)
    const inTheWay = await isInput(request, file)
    if (inTheWay && source !== 'input') return { file: null, reason: 'the input file stands where it would go' }
    // The input file may be this file: then it is in its place already, and must not be written.
    if (!inTheWay) await files.rename(temporary, file)
    await removeEarlier(request, type)
    await files.sync(jobFolders.input)
    return { file, type, bytes, sha256, source }
  } catch (error) {
    deps.signal?.throwIfAborted()
    if (error instanceof AppError) return { file: null, reason: error.message }
    throw error
  } finally {
    await files.remove(temporary)
  }
}

/** Fills a new file, and answers with its first bytes as well. */
async function writeNew(
  files: Beneath,
  path: string,
  fill: (file: FileHandle) => Promise<{ bytes: number; sha256: string }>,
): Promise<{ bytes: number; sha256: string; head: Uint8Array }> {
  await using file = await files.open(path, 'create')
  const filled = await fill(file)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
  return { ...filled, head: buffer.subarray(0, bytesRead) }
}

async function copyPicture(
  files: Beneath,
  input: string,
  temporary: FileHandle,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      hash.update(chunk)
      // The file may grow while it is read.
      done(
        bytes > maxPictureBytes ? new AppError('PLEX_READ_FAILED', `it is larger than ${maxPictureBytes} bytes`) : null,
        chunk,
      )
    },
  })
  const source = await files.open(input, 'read')
  await pipeline(source.createReadStream(), measure, writeInto(temporary))
  return { bytes, sha256: hash.digest('hex') }
}

const inInput = (name: string): string => `${jobFolders.input}/${name}`
const pictureFile = ({ id }: BeforeRequest, type: ImageType): string => inInput(`${id}_before.${type}`)

/** Removes an earlier run's picture, which would be taken for this run's. The user's own `input` file stays. */
async function removeEarlier(request: BeforeRequest, kept: ImageType | null): Promise<void> {
  for (const type of imageTypes) {
    const file = pictureFile(request, type)
    if (type !== kept && !(await isInput(request, file))) await request.files.remove(file)
  }
}

/** Compares the files and not their names: on some disks two spellings name the same file. */
async function isInput({ files, input }: BeforeRequest, file: string): Promise<boolean> {
  if (input === undefined) return false
  const [one, other] = await Promise.all([files.look(input), files.look(file)])
  return one !== null && one.dev === other?.dev && one.ino === other.ino
}

const temporaryPrefix = (id: string): string => `.${id}_before.tmp-`

/** Removes what a run that died left half written. */
async function removeTemporaries({ files, id }: BeforeRequest): Promise<void> {
  for (const { name } of files.list(jobFolders.input)) {
    if (name.startsWith(temporaryPrefix(id))) await files.remove(inInput(name))
  }
}
