import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Busboy } from '@fastify/busboy'
import type { CaptureLimits } from '../limits.ts'
import type { TemporaryFile } from '../temporary-file.ts'
import type { PartHeaders } from './part-headers.ts'
import { type PartContent, type ReadPartOptions, readPart } from './read-part.ts'
import { createStrictFraming, MalformedMultipart } from './strict-framing.ts'

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
 * Takes the images out of a multipart body that is on disk. Every part counts as a file, with a name or without; magic bytes alone decide
 * whether it is an image. Rejects with MalformedMultipart when the framing is broken, otherwise only when the disk refuses.
 * The files that it opened are the caller's to keep or discard in either case.
 */
export async function readImageParts(
  body: Readable,
  boundary: string,
  options: MultipartOptions,
  depth = 1,
): Promise<BodyContent> {
  const { limits, openFile, opened = { files: 0 } } = options
  const part: ReadPartOptions = {
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
  const headers: PartHeaders[] = []
  const reading: Promise<PartContent>[] = []
  const open = new Set<Readable>()
  const failure = new AbortController()
  let stray = false

  const innerBoundary = `part-${randomBytes(16).toString('hex')}`
  const framing = createStrictFraming({
    boundary,
    innerBoundary,
    maxPartHeaderBytes: limits.maxPartHeaderBytes,
    maxParts: limits.maxParts,
    onPart: (part) => headers.push(part),
    onStray: () => {
      stray = true
    },
  })
  const busboy = new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary=${innerBoundary}` },
    // Without this a part that has no filename becomes a text field, held in memory.
    isPartAFile: () => true,
  })
  busboy.on('file', (_name, stream: Readable) => {
    const number = reading.length + 1
    open.add(stream)
    const content = readPart(stream, headers[number - 1], number, part).finally(() => open.delete(stream))
    reading.push(content)
    // A full disk ends the whole body.
    content.catch((error: unknown) => failure.abort(error))
  })

  try {
    const timeout = AbortSignal.timeout(limits.bodyTotalTimeoutMs)
    await pipeline(body, framing, busboy, { signal: AbortSignal.any([failure.signal, timeout]) })
    const contents = await Promise.all(reading)
    if (contents.length !== headers.length) {
      throw new MalformedMultipart(`only ${contents.length} of its ${headers.length} parts could be read`)
    }
    return {
      parts: contents.length,
      images: contents.flatMap((content) => content.images),
      others: contents.flatMap((content) => content.others),
      moreThanImages: stray || contents.some((content) => content.moreThanImages),
    }
  } catch (error) {
    const cause: unknown = failure.signal.aborted ? failure.signal.reason : error
    // A part that was cut in the middle would wait for bytes for ever.
    for (const stream of open) stream.destroy(new Error('the body is broken'))
    await Promise.allSettled(reading)
    if (cause instanceof Error && cause.name === 'AbortError')
      throw new MalformedMultipart('it could not be read in time')
    throw cause
  }
}
