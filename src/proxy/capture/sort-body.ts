import type { ImageType } from '../../contract/kinds.ts'
import { describeNonImage, sniffImage } from '../../images/sniff.ts'
import type { CaptureFolder } from './folders.ts'
import { parseMultipartType } from './multipart/content-type.ts'
import { type MultipartOptions, readImageParts } from './multipart/image-parts.ts'
import { MalformedMultipart } from './multipart/split-multipart.ts'
import type { Received } from './receive.ts'
import type { TemporaryFile } from './temporary-file.ts'

export interface KeptFile {
  file: TemporaryFile
  folder: CaptureFolder
  /** null = no image: kept with the extension .bin. */
  type: ImageType | null
}

/** What a body holds, and which files are kept of it. */
export interface SortedBody {
  /** The first image, or the whole body when it holds none. */
  main: KeptFile
  others: KeptFile[]
  parseError: string | null
}

const maxOthersNamed = 3

/**
 * Decides what a body on disk is. Magic bytes come first: an image is an image even when its Content-Type says
 * multipart.
 */
export async function sortBody(
  { file, head, problem }: Received,
  contentType: string | undefined,
  multipart: MultipartOptions,
): Promise<SortedBody> {
  const asItCame = (parseError: string): SortedBody => ({
    main: { file, folder: 'others', type: null },
    others: [],
    parseError,
  })
  // Half an image must never have the name of an image.
  if (problem !== null) return asItCame(problem)
  const type = sniffImage(head)
  if (type !== null) return { main: { file, folder: 'images', type }, others: [], parseError: null }
  const declared = parseMultipartType(contentType)
  if (declared === null)
    return asItCame(file.bytes() === 0 ? 'the body is empty' : `no image: the body holds ${describeNonImage(head)}`)
  if ('problem' in declared) return asItCame(`malformed multipart body: ${declared.problem}`)
  try {
    const content = await readImageParts(file.stream(), declared.boundary, multipart)
    const [first, ...further] = content.images.map((image): KeptFile => ({ ...image, folder: 'images' }))
    if (first === undefined) return asItCame(explainNoImage(content.parts, content.others))
    const raw: KeptFile[] = content.moreThanImages ? [{ file, folder: 'others', type: null }] : []
    return { main: first, others: [...further, ...raw], parseError: null }
  } catch (error) {
    if (error instanceof MalformedMultipart) return asItCame(`malformed multipart body: ${error.message}`)
    throw error
  }
}

function explainNoImage(parts: number, others: readonly string[]): string {
  const named = others.slice(0, maxOthersNamed).join('; ')
  const more = others.length > maxOthersNamed ? `; and ${others.length - maxOthersNamed} more` : ''
  return parts === 0 ? 'no image: the multipart body has no part' : `no image in the multipart body: ${named}${more}`
}
