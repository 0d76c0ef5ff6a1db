import { type ElementScanner, type ElementSink, ListingFault } from '../listing-fault.ts'
import { createScanWindow } from './scan-window.ts'
import { isSpace, tagEnd, tagNameEnd } from './xml-tag.ts'
import {
  bang,
  checkEncoding,
  isOpenTag,
  isSpecial,
  less,
  matches,
  needle,
  nextMark,
  question,
  ratingKeyOf,
  skipSpecial,
  walkElement,
} from './xml-walk.ts'

/** The container around the elements, as Plex wrote it. */
export interface XmlContainer {
  /** What stands before the container: the XML declaration. */
  prolog: Buffer
  /** The opening tag from `<MediaContainer` to the last attribute, without `>` or `/>`. */
  tag: Buffer
}

const slash = 0x2f
const greater = 0x3e
const rootName = 'MediaContainer'
/** An incomplete element is looked at again when this share more of it is there, so that one in many chunks costs no quadratic time. */
const retryGrowth = 1.25

interface Name {
  open: Buffer
  close: Buffer
  /** Position of the next `<Name` after the current element, as far as known; -1 = none in this view. */
  nextOpen: number
}

/**
 * Cuts the children of a MediaContainer out of its bytes without building anything. Plex writes no markup into its
 * elements but tags, so that the next `</Name` ends an element unless another `<Name`, a comment, CDATA or an instruction
 * stands before it; only then are its bytes walked one by one. In well-formed XML `<` never stands in an attribute.
 */
export function createXmlScanner(sink: ElementSink): ElementScanner<XmlContainer> {
  const window = createScanWindow()
  const names = new Map<string, Name>()
  let view = window.view
  let at = 0
  let stage: 'prolog' | 'children' | 'epilog' = 'prolog'
  let prolog = Buffer.alloc(0)
  let tag = Buffer.alloc(0)
  let name: Name | null = null
  let retryAtBytes = 0
  // The next `<!` or `<?` at or after `at`; view.length = none in this view.
  let special = 0

  function scan(): void {
    if (stage === 'prolog') scanProlog()
    while (stage === 'children' && scanChild()) if (at >= view.length) break
    if (stage === 'epilog') scanEpilog()
  }

  /** Up to and with the container's opening tag; nothing is consumed until all of it is there. */
  function scanProlog(): void {
    let next = view[0] === 0xef && view[1] === 0xbb && view[2] === 0xbf ? 3 : 0
    for (;;) {
      while (isSpace(view[next] ?? 0)) next += 1
      if (next + 2 > view.length) return
      if (view[next] !== less) throw new ListingFault('the answer is not XML')
      const second = view[next + 1]
      if (second !== question && second !== bang) break
      if (next + 9 > view.length) return
      if (second === bang && !matches(view, next, needle.commentOpen)) {
        throw new ListingFault('the answer has a document type, which Plex never sends')
      }
      const end = skipSpecial(view, next)
      if (end < 0) return
      if (second === question) checkEncoding(view.toString('latin1', next, end))
      next = end
    }
    const end = tagEnd(view, next)
    if (end < 0) return
    if (view.toString('latin1', next + 1, tagNameEnd(view, next)) !== rootName) {
      throw new ListingFault('the answer is not a MediaContainer')
    }
    const selfClosing = view[end - 2] === slash
    prolog = Buffer.from(view.subarray(0, next))
    tag = Buffer.from(view.subarray(next, end - (selfClosing ? 2 : 1)))
    at = end
    special = end
    stage = selfClosing ? 'epilog' : 'children'
  }

  /** One child, comment, or the closing tag; false if it is not all there. */
  function scanChild(): boolean {
    const start = view.indexOf(less, at)
    if (start < 0) {
      at = view.length
      return false
    }
    at = start
    if (start + 1 >= view.length) return false
    const second = view[start + 1]
    if (second === bang || second === question) return scanSpecialChild(start)
    if (second === slash) return scanRootEnd(start)
    if (name === null || !isOpenTag(view, start, name.open)) {
      const nameEnd = tagNameEnd(view, start)
      if (nameEnd < 0) return false
      name = nameOf(view.toString('latin1', start + 1, nameEnd))
    }
    if (view.length - start < retryAtBytes) return false
    const end = elementEnd(start, name)
    if (end < 0) {
      retryAtBytes = Math.ceil((view.length - start) * retryGrowth)
      return false
    }
    retryAtBytes = 0
    at = end
    sink.element(view, start, end, ratingKeyOf(view, start, name.open.length))
    return true
  }

  function scanSpecialChild(start: number): boolean {
    if (view.length < start + 9) return false
    const end = skipSpecial(view, start)
    if (end < 0) return false
    at = end
    return true
  }

  function scanRootEnd(start: number): boolean {
    const end = tagEnd(view, start)
    if (end < 0) return false
    if (view.toString('latin1', start + 2, end - 1).trim() !== rootName)
      throw new ListingFault('the answer is not well-formed')
    at = end
    stage = 'epilog'
    return false
  }

  function scanEpilog(): void {
    for (;;) {
      while (at < view.length && isSpace(view[at] ?? 0)) at += 1
      if (at + 9 > view.length) return
      const end = matches(view, at, needle.commentOpen) || view[at + 1] === question ? skipSpecial(view, at) : null
      if (end === null) throw new ListingFault('something follows the end of the answer')
      if (end < 0) return
      at = end
    }
  }

  function elementEnd(start: number, kind: Name): number {
    const { open, close } = kind
    const closing = view.indexOf(close, start + open.length)
    if (closing < 0 || view[closing + close.length] !== greater) return walkElement(view, start)
    if (kind.nextOpen <= start) kind.nextOpen = nextOpenAfter(start, open)
    if (kind.nextOpen < closing || nextSpecial(start) < closing) return walkElement(view, start)
    return closing + close.length + 1
  }

  function nextOpenAfter(start: number, open: Buffer): number {
    const found = view.indexOf(open, start + open.length)
    return found < 0 ? Number.POSITIVE_INFINITY : found
  }

  function nextSpecial(start: number): number {
    if (special < start) special = start
    // Both signs are rare in Plex's answers, and one byte is found far faster than two.
    if (special < view.length && !isSpecial(view, special)) {
      special = Math.min(
        nextMark(view, special, bang, needle.bangOpen),
        nextMark(view, special, question, needle.questionOpen),
      )
    }
    return special
  }

  function nameOf(text: string): Name {
    let found = names.get(text)
    if (found === undefined) {
      found = { open: Buffer.from(`<${text}`, 'latin1'), close: Buffer.from(`</${text}`, 'latin1'), nextOpen: -1 }
      names.set(text, found)
      if (names.size > maxNames) throw new ListingFault('the answer has too many kinds of elements')
    }
    return found
  }

  return {
    push(chunk) {
      if (chunk.length === 0) return
      window.append(chunk, at)
      view = window.view
      at = 0
      special = 0
      for (const known of names.values()) known.nextOpen = -1
      scan()
    },
    end() {
      retryAtBytes = 0
      scan()
      if (stage !== 'epilog') throw new ListingFault('the answer of Plex was cut off')
      if (view.subarray(at).some((byte) => !isSpace(byte)))
        throw new ListingFault('something follows the end of the answer')
      return { prolog, tag }
    },
  }
}

/** Kinds of elements that one container can hold; Plex mixes two or three. */
const maxNames = 100
