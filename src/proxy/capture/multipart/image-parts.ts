import type { CaptureLimits } from '../limits.ts'
import type { TemporaryFile } from '../temporary-file.ts'
import { type PartContent, type ReadPartOptions, readPart } from './read-part.ts'
import { MalformedMultipart, type MultipartPiece, splitMultipart } from './split-multipart.ts'

/** What a multipart body holds: images in their order, and whether there is more in it than these. */
export interface BodyContent extends PartContent {
  /** Number of parts. */
  parts: number
}

export interface MultipartOptions {
  limits: Pick<CaptureLimits, 'maxPartFiles' | 'maxParts' | 'maxPartHeaderBytes' | 'maxNesting' | 'bodyTotalTimeoutMs'>
  openFile: () => Promise<TemporaryFile>
  /** Files opened so far, by this body and those around it. */
  opened?: { files: number }
}

/**
 * Takes the images out of a multipart body that is on disk. Magic bytes alone decide whether a part is an image.
 * Rejects with MalformedMultipart when the body is broken, otherwise only when the disk refuses. In either case the
 * files that were opened are the caller's to keep or discard.
 */
export async function readImageParts(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
  options: MultipartOptions,
  depth = 1,
): Promise<BodyContent> {
  const { limits } = options
  const part = partOptions(options, depth)
  const contents: PartContent[] = []
  let isStray = false
  let isWhole = false
  const pieces = splitMultipart(inTime(body, limits.bodyTotalTimeoutMs), { boundary, ...limits })
  try {
    for (let step = await pieces.next(); step.done !== true; step = await pieces.next()) {
      const piece = step.value
      if (piece.kind === 'part') {
        contents.push(await readPart(dataOf(pieces), piece.headers, contents.length + 1, part))
      } else if (piece.kind === 'stray') isStray = true
      else if (piece.kind === 'end') isWhole = true
    }
  } finally {
    await pieces.return()
  }
  if (!isWhole) throw new MalformedMultipart('it could not be read to its end')
  return {
    parts: contents.length,
    images: contents.flatMap((content) => content.images),
    others: contents.flatMap((content) => content.others),
    moreThanImages: isStray || contents.some((content) => content.moreThanImages),
  }
}

function partOptions(options: MultipartOptions, depth: number): ReadPartOptions {
  const { limits, openFile, opened = { files: 0 } } = options
  return {
    openFile: () => {
      if (opened.files >= limits.maxPartFiles) return null
      opened.files += 1
      return openFile()
    },
    readInner:
      depth < limits.maxNesting
        ? (inner, innerBoundary) => readImageParts(inner, innerBoundary, { ...options, opened }, depth + 1)
        : null,
  }
}

/** The bytes of the part that has just begun. */
async function* dataOf(pieces: AsyncGenerator<MultipartPiece, void>): AsyncGenerator<Buffer> {
  for (;;) {
    const step = await pieces.next()
    if (step.done === true || step.value.kind !== 'data') return
    yield step.value.bytes
  }
}

async function* inTime(body: AsyncIterable<Uint8Array>, timeoutMs: number): AsyncGenerator<Uint8Array> {
  const until = performance.now() + timeoutMs
  for await (const chunk of body) {
    if (performance.now() > until) throw new MalformedMultipart('it could not be read in time')
    yield chunk
  }
}
