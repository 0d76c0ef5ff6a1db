import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, realpath, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../contract/errors.ts'
import { type ImageType, imageTypes } from '../contract/kinds.ts'
import { describeNonImage, sniffImage } from '../images/sniff.ts'
import type { PlexItem } from '../plex/item.ts'
import type { PlexReader } from '../plex/reads.ts'
import { syncFolder } from '../util/atomic-file.ts'
import { renameOver } from '../util/rename.ts'

/** The largest picture that is taken, from Plex or from an `input` file. */
const maxPictureBytes = 64 * 1024 * 1024
/** Bytes from the start of a picture that tell its type. */
const headBytes = 512

/** Where a before picture came from; `parent` and `grandparent` are what Plex shows for a season or episode without its own. */
export type BeforeSource = 'input' | 'own' | 'parent' | 'grandparent'

export interface BeforePicture {
  file: string
  type: ImageType
  bytes: number
  sha256: string
  source: BeforeSource
  /** Why the `input` file was not taken; null when it was, or none was named. */
  note: string | null
}

export interface MissingPicture {
  file: null
  /** In words. */
  reason: string
  note: string | null
}

export interface BeforeRequest {
  /** The job's `input` folder; made when it is not there. */
  folder: string
  /** The target's id. */
  id: string
  /** null when Plex does not know the item: then only `input` can give a picture. */
  item: PlexItem | null
  /** Absolute path of the target's `input` file, which need not exist; it is only read. */
  input?: string | undefined
}

export interface BeforeDeps {
  reader: Pick<PlexReader, 'image'>
  signal?: AbortSignal
}

/**
 * Puts what Plex shows for the target now (or its `input` file, where that exists) at `<folder>/<id>_before.<ext>`:
 * its bytes as they are, synced, renamed into place; pictures of this name from an earlier run go. A picture that
 * cannot be had is a `MissingPicture` with the reason; an abort of `signal` rejects with its reason.
 */
export async function fetchBeforePicture(
  request: BeforeRequest,
  deps: BeforeDeps,
): Promise<BeforePicture | MissingPicture> {
  await mkdir(request.folder, { recursive: true })
  await removeTemporaries(request)
  const found = await choose(request, deps)
  if (found.file === null) await removeEarlier(request, null)
  return found
}

async function choose(request: BeforeRequest, deps: BeforeDeps): Promise<BeforePicture | MissingPicture> {
  let note: string | null = null
  if (request.input !== undefined && (await isFile(request.input))) {
    const { input } = request
    const copied = await take(request, deps, 'input', (temporary) => copyPicture(input, temporary))
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
  fill: (temporary: string) => Promise<{ bytes: number; sha256: string }>,
): Promise<Taken> {
  const temporary = join(request.folder, `${temporaryPrefix(request.id)}${randomBytes(6).toString('hex')}`)
  try {
    const { bytes, sha256 } = await fill(temporary)
    const head = await readHead(temporary)
    const type = sniffImage(head)
    if (!type) return { file: null, reason: `the picture is no JPEG, PNG or WebP but ${describeNonImage(head)}` }
    const file = pictureFile(request, type)
    const inTheWay = await isInput(request, file)
    if (inTheWay && source !== 'input') return { file: null, reason: 'the input file stands where it would go' }
    // The input file may be this very file: it is there already, and never written.
    if (!inTheWay) await renameOver(temporary, file)
    await removeEarlier(request, type)
    await syncFolder(request.folder)
    return { file, type, bytes, sha256, source }
  } catch (error) {
    deps.signal?.throwIfAborted()
    if (error instanceof AppError) return { file: null, reason: error.message }
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

async function copyPicture(input: string, temporary: string): Promise<{ bytes: number; sha256: string }> {
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
  await pipeline(createReadStream(input), measure, createWriteStream(temporary, { flags: 'wx', flush: true }))
  return { bytes, sha256: hash.digest('hex') }
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const pictureFile = ({ folder, id }: BeforeRequest, type: ImageType): string => join(folder, `${id}_before.${type}`)

/** A picture that an earlier run left would be taken for this run's; the user's own `input` stays. */
async function removeEarlier(request: BeforeRequest, kept: ImageType | null): Promise<void> {
  for (const type of imageTypes) {
    const file = pictureFile(request, type)
    if (type !== kept && !(await isInput(request, file))) await rm(file, { force: true })
  }
}

async function isInput({ input }: BeforeRequest, file: string): Promise<boolean> {
  if (input === undefined) return false
  const [one, other] = await Promise.all([realpathOrNull(input), realpathOrNull(file)])
  return one !== null && one === other
}

const temporaryPrefix = (id: string): string => `.${id}_before.tmp-`

/** What a run that died left half written. */
async function removeTemporaries({ folder, id }: BeforeRequest): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(temporaryPrefix(id))) await rm(join(folder, name), { force: true })
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

async function realpathOrNull(path: string): Promise<string | null> {
  try {
    return await realpath(path)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOENT', 'ENOTDIR', 'EACCES', 'EINVAL', 'ENAMETOOLONG'].includes(String(error.code))
