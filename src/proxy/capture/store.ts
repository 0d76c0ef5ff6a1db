import type { Readable } from 'node:stream'
import { AppError } from '../../contract/errors.ts'
import type { Capture } from '../../contract/records.ts'
import { readOverlayMark } from '../../images/exif-mark.ts'
import { readImageSize } from '../../images/image-size.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import type { Lookup } from '../../util/net/public-address.ts'
import { type CaptureFiles, createCaptureFiles, folderFor } from './capture-files.ts'
import type { CaptureFolder } from './folders.ts'
import { type CaptureLimits, defaultCaptureLimits } from './limits.ts'
import { beforeAbort, createReadUrl, type ReadUrl, UrlUnreadable } from './read-url.ts'
import { receiveBody } from './receive.ts'
import { redactUrl } from './redact-url.ts'
import { createRetries, type Retries, type Ticket } from './retries.ts'
import { type SortedBody, sortBody } from './sort-body.ts'
import type { TemporaryFile } from './temporary-file.ts'
import { createTurns, type Turn } from './turns.ts'
import type { CaptureStore, UploadBody, UploadDescription } from './types.ts'

export interface CaptureStoreDeps {
  /**
   * The job's folder. Captures go to output/by_ratingkey and output/captured_requests in it, which the first capture
   * makes.
   */
  job: Beneath
  limits?: Partial<CaptureLimits>
  /** Milliseconds since 1970, for an upload without a valid timestamp. */
  now?: () => number
  /** Fetches the image behind a foreign URL. */
  readUrl?: ReadUrl
  /** Judges the hosts of foreign URLs and says where to dial. Default: the open internet alone. */
  resolve?: Lookup
}

/**
 * The store of captures of one job, for all its Plex servers; types.ts has its promises. A multipart body that holds
 * images and more is kept whole too (`.bin`, last in other_paths): no byte of an upload is lost.
 */
export function createCaptureStore({
  job,
  limits: given,
  now = Date.now,
  readUrl,
  resolve: lookup,
}: CaptureStoreDeps): CaptureStore {
  const limits: CaptureLimits = { ...defaultCaptureLimits, ...given }
  const fetchUrl = readUrl ?? createReadUrl({ limits, ...(lookup && { resolve: lookup }) })
  const parts: StoreParts = { limits, retries: createRetries(), files: createCaptureFiles(job, now) }
  const { retries, files } = parts
  const turns = createTurns({
    maxRunning: limits.maxOpenUploads,
    maxWaiting: limits.maxWaitingUploads,
    patienceMs: limits.senderPatienceMs,
  })

  return {
    keepBody(upload, body) {
      const ticket = retries.begin(upload)
      // A sender may go away while its upload waits for its turn. That must not end the process; the reader notices it
      // later.
      body.stream.on('error', () => undefined)
      return turns.run(async (turn) => {
        await files.prepare()
        return keep(parts, { upload, ticket, body, turn, sourceUrl: null })
      })
    },
    keepUrl(upload, url, readOwnUrl) {
      const ticket = retries.begin(upload)
      const shown = redactUrl(url)
      return turns.run(async (turn) => {
        let stream: Readable
        try {
          const opening = readOwnUrl ? openInTime(readOwnUrl(pathAndQuery(url)), limits.urlTimeoutMs) : fetchUrl(url)
          stream = await turn.wait(opening)
        } catch (error) {
          return recordUnreadable(retries, { upload, ticket, shown, error })
        }
        try {
          await files.prepare()
          const body = { stream, contentType: undefined, contentLength: undefined }
          return await keep(parts, { upload, ticket, body, turn, sourceUrl: shown })
        } finally {
          stream.on('error', () => undefined).destroy()
        }
      })
    },
    list: () => retries.list(),
    open: ({ saved_path: path }) => job.open(path ?? '', 'read'),
  }
}

interface StoreParts {
  limits: CaptureLimits
  retries: Retries
  files: CaptureFiles
}

interface TakenUpload {
  upload: UploadDescription
  ticket: Ticket
  body: UploadBody
  turn: Turn
  /** The URL that the body came from, without secrets; null for a body of the request itself. */
  sourceUrl: string | null
}

/** Takes one body in, durably, or recognizes it as the retry of an earlier one. */
async function keep(
  { limits, retries, files }: StoreParts,
  { upload, ticket, body, turn, sourceUrl }: TakenUpload,
): Promise<Capture> {
  const opened: TemporaryFile[] = []
  const openFile = async (folder: CaptureFolder) => {
    const file = await files.open(folder)
    opened.push(file)
    return file
  }
  try {
    const received = await receiveBody(body, limits, (head) => openFile(folderFor(head)), turn)
    const sorted = await sortBody(received, body.contentType, { limits, openFile: () => openFile('images') })
    const fingerprint = fingerprintOf(sorted, sourceUrl)
    const earlier = retries.repeat(ticket, fingerprint)
    if (earlier) return earlier

    const { main } = sorted
    const facts = main.type === null ? noFacts : await readFacts(main.file)
    const [savedPath = null, ...otherPaths] = await files.moveAll(upload, [main, ...sorted.others])
    const capture: Capture = {
      ...describe(upload),
      size_bytes: main.file.bytes(),
      saved_path: savedPath,
      parse_error: sorted.parseError,
      type: main.type,
      sha256: main.file.sha256(),
      ...facts,
      attempts: 1,
      source_url: sourceUrl,
      other_paths: otherPaths,
    }
    retries.add(ticket, fingerprint, capture)
    return capture
  } catch (error) {
    files.forgetFolders()
    throw error
  } finally {
    // What cannot be removed now, `removeTemporaryFiles` removes at the next start.
    await Promise.allSettled(opened.map((file) => file.discard()))
  }
}

/** Records an upload by URL whose image could not be read. */
function recordUnreadable(
  retries: Retries,
  { upload, ticket, shown, error }: { upload: UploadDescription; ticket: Ticket; shown: string; error: unknown },
): Capture {
  // The messages of other errors can hold the URL with its token.
  const inWords = error instanceof UrlUnreadable || error instanceof AppError
  const why = inWords ? error.message : 'Plex did not hand it out'
  const parseError = `the image behind the URL could not be read: ${why}`
  const fingerprint = JSON.stringify([shown, parseError])
  const earlier = retries.repeat(ticket, fingerprint)
  if (earlier) return earlier
  const capture: Capture = {
    ...describe(upload),
    size_bytes: 0,
    saved_path: null,
    parse_error: parseError,
    type: null,
    sha256: null,
    ...noFacts,
    attempts: 1,
    source_url: shown,
    other_paths: [],
  }
  retries.add(ticket, fingerprint, capture)
  return capture
}

type ImageFacts = Pick<Capture, 'width' | 'height' | 'overlay_mark'>
const noFacts: ImageFacts = { width: null, height: null, overlay_mark: false }

async function readFacts(file: TemporaryFile): Promise<ImageFacts> {
  const size = await readImageSize(file.source())
  return {
    width: size?.width ?? null,
    height: size?.height ?? null,
    overlay_mark: await readOverlayMark(file.source()),
  }
}

function describe({ seq, timestamp, server, method, path, ratingKey, kind }: UploadDescription) {
  return { seq, timestamp, server, method, path, rating_key: ratingKey, kind }
}

/**
 * Two uploads with the same content and outcome have the same fingerprint. A retried multipart body has a new
 * boundary: its images count.
 */
function fingerprintOf({ main, others, parseError }: SortedBody, sourceUrl: string | null): string {
  const images = [main, ...others].filter(({ file, type }) => type !== null || file === main.file)
  return JSON.stringify([images.map(({ file }) => file.sha256()), parseError, sourceUrl])
}

/** The stream, if it opens in time. A stream that opens too late is closed. */
async function openInTime(opening: Promise<Readable>, timeoutMs: number): Promise<Readable> {
  try {
    return await beforeAbort(opening, AbortSignal.timeout(timeoutMs))
  } catch (error) {
    opening.then(
      (late) => late.on('error', () => undefined).destroy(),
      () => undefined,
    )
    throw error
  }
}

/** Path and query of the URL, byte for byte: the policy judges raw bytes. */
function pathAndQuery(url: string): string {
  const [beforeFragment = ''] = url.split('#', 1)
  const path = beforeFragment.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '')
  return path.startsWith('/') ? path : `/${path}`
}
