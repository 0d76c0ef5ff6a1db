import { ListingFault } from '../listing-fault.ts'
import { isSpace, tagAttributes, tagEnd } from './xml-tag.ts'

export const less = 0x3c
export const bang = 0x21
export const question = 0x3f
const greater = 0x3e
const slash = 0x2f
const quote = 0x22

export const needle = {
  bangOpen: Buffer.from('<!'),
  questionOpen: Buffer.from('<?'),
  commentOpen: Buffer.from('<!--'),
  commentClose: Buffer.from('-->'),
  cdataOpen: Buffer.from('<![CDATA['),
  cdataClose: Buffer.from(']]>'),
  instructionClose: Buffer.from('?>'),
  firstKey: Buffer.from(' ratingKey="'),
}

/** True if the tag has exactly this name: `<Media` must not match `<MediaContainer`. */
export function isOpenTag(view: Buffer, start: number, open: Buffer): boolean {
  if (!matches(view, start, open)) return false
  const next = view[start + open.length]
  return next !== undefined && (isSpace(next) || next === greater || next === slash)
}

export function matches(view: Buffer, start: number, wanted: Buffer): boolean {
  for (let index = 0; index < wanted.length; index += 1) if (view[start + index] !== wanted[index]) return false
  return true
}

export function isSpecial(view: Buffer, at: number): boolean {
  return view[at] === less && (view[at + 1] === bang || view[at + 1] === question)
}

/**
 * Searching one rare byte is far faster than searching two, but a byte that often occurs in summaries needs many calls.
 */
const maxFalseMarks = 4

/** Position of the next `<!` or `<?` after `from`, or the view's length. */
export function nextMark(view: Buffer, from: number, mark: number, both: Buffer): number {
  let found = view.indexOf(mark, from + 1)
  for (let missed = 0; found >= 0; missed += 1) {
    if (view[found - 1] === less) return found - 1
    if (missed === maxFalseMarks) {
      found = view.indexOf(both, found)
      return found < 0 ? view.length : found
    }
    found = view.indexOf(mark, found + 1)
  }
  return view.length
}

/** Position after the comment, CDATA section or instruction at `start`, or -1. */
export function skipSpecial(view: Buffer, start: number): number {
  const [opened, close] =
    view[start + 1] === question
      ? ([2, needle.instructionClose] as const)
      : matches(view, start, needle.commentOpen)
        ? ([4, needle.commentClose] as const)
        : ([9, needle.cdataClose] as const)
  if (opened === 9 && !matches(view, start, needle.cdataOpen)) throw new ListingFault('the answer is not well-formed')
  const end = view.indexOf(close, start + opened)
  return end < 0 ? -1 : end + close.length
}

/** Position after the element at `start`, found by walking through all of its tags, or -1 if it is incomplete. */
export function walkElement(view: Buffer, start: number): number {
  let depth = 0
  let at = start
  for (;;) {
    if (at + 1 >= view.length) return -1
    const second = view[at + 1]
    if (second === bang || second === question) {
      if (view.length < at + 9) return -1
      at = skipSpecial(view, at)
      if (at < 0) return -1
    } else {
      const end = tagEnd(view, at)
      if (end < 0) return -1
      if (second === slash) depth -= 1
      else if (view[end - 2] !== slash) depth += 1
      if (depth <= 0) return end
      at = end
    }
    at = view.indexOf(less, at)
    if (at < 0) return -1
  }
}

/** Plex writes the ratingKey first; if it is elsewhere, the tag's attributes are read one by one. */
export function ratingKeyOf(view: Buffer, start: number, nameBytes: number): string | null {
  const key = start + nameBytes + needle.firstKey.length
  if (matches(view, start + nameBytes, needle.firstKey)) return view.toString('latin1', key, view.indexOf(quote, key))
  const end = tagEnd(view, start)
  const span = tagAttributes(view, start, end).find((attribute) => attribute.name === 'ratingKey')
  return span === undefined ? null : view.toString('latin1', span.valueStart, span.valueEnd)
}

export function checkEncoding(declaration: string): void {
  const encoding = /\bencoding\s*=\s*["']([^"']*)["']/.exec(declaration)?.[1]
  if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding)) {
    throw new ListingFault(`the answer is in ${encoding.slice(0, 20)}, not in UTF-8`)
  }
}
