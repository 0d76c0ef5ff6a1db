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
  /** The bytes before the container, such as the XML declaration. */
  prolog: Buffer
  /** The opening tag from `<MediaContainer` to the last attribute, without `>` or `/>`. */
  tag: Buffer
}

const slash = 0x2f
const greater = 0x3e
const rootName = 'MediaContainer'
/**
 * An incomplete element is scanned again only when it has grown by this factor; otherwise an element in many chunks
 * would take quadratic time.
 */
const retryGrowth = 1.25

interface Name {
  open: Buffer
  close: Buffer
  /** Position of the next known `<Name` after the current element; -1 = not searched in this view yet. */
  nextOpen: number
}

/**
 * Extracts the children of a MediaContainer from its bytes without building a tree. Plex's elements contain only tags,
 * so the next `</Name` ends an element unless another `<Name`, a comment, CDATA or an instruction comes first; only
 * then is the element walked tag by tag. In well-formed XML an attribute never contains `<`.
 */
export function createXmlScanner(sink: ElementSink): ElementScanner<XmlContainer> {
  return new XmlScanner(sink)
}

/** A class, because window, position and stage belong together and persist through all chunks of one answer. */
class XmlScanner implements ElementScanner<XmlContainer> {
  readonly #sink: ElementSink
  readonly #window = createScanWindow()
  readonly #names = new Map<string, Name>()
  #view = this.#window.view
  #at = 0
  #stage: 'prolog' | 'children' | 'epilog' = 'prolog'
  #prolog = Buffer.alloc(0)
  #tag = Buffer.alloc(0)
  #name: Name | null = null
  #retryAtBytes = 0
  // The next `<!` or `<?` at or after `at`; view.length = none in this view.
  #special = 0

  constructor(sink: ElementSink) {
    this.#sink = sink
  }

  #scan(): void {
    if (this.#stage === 'prolog') this.#scanProlog()
    while (this.#stage === 'children' && this.#scanChild()) if (this.#at >= this.#view.length) break
    if (this.#stage === 'epilog') this.#scanEpilog()
  }

  /** Scans up to the end of the container's opening tag; nothing is consumed until the tag is complete. */
  #scanProlog(): void {
    let next = this.#view[0] === 0xef && this.#view[1] === 0xbb && this.#view[2] === 0xbf ? 3 : 0
    for (;;) {
      while (isSpace(this.#view[next] ?? 0)) next += 1
      if (next + 2 > this.#view.length) return
      if (this.#view[next] !== less) throw new ListingFault('the answer is not XML')
      const second = this.#view[next + 1]
      if (second !== question && second !== bang) break
      if (next + 9 > this.#view.length) return
      if (second === bang && !matches(this.#view, next, needle.commentOpen)) {
        throw new ListingFault('the answer has a document type, which Plex never sends')
      }
      const end = skipSpecial(this.#view, next)
      if (end < 0) return
      if (second === question) checkEncoding(this.#view.toString('latin1', next, end))
      next = end
    }
    const end = tagEnd(this.#view, next)
    if (end < 0) return
    if (this.#view.toString('latin1', next + 1, tagNameEnd(this.#view, next)) !== rootName) {
      throw new ListingFault('the answer is not a MediaContainer')
    }
    const selfClosing = this.#view[end - 2] === slash
    this.#prolog = Buffer.from(this.#view.subarray(0, next))
    this.#tag = Buffer.from(this.#view.subarray(next, end - (selfClosing ? 2 : 1)))
    this.#at = end
    this.#special = end
    this.#stage = selfClosing ? 'epilog' : 'children'
  }

  /** Scans one child, comment, or the closing tag; false if it is incomplete or nothing follows. */
  #scanChild(): boolean {
    const start = this.#view.indexOf(less, this.#at)
    if (start < 0) {
      this.#at = this.#view.length
      return false
    }
    this.#at = start
    if (start + 1 >= this.#view.length) return false
    const second = this.#view[start + 1]
    if (second === bang || second === question) return this.#scanSpecialChild(start)
    if (second === slash) return this.#scanRootEnd(start)
    if (this.#name === null || !isOpenTag(this.#view, start, this.#name.open)) {
      const nameEnd = tagNameEnd(this.#view, start)
      if (nameEnd < 0) return false
      this.#name = this.#nameOf(this.#view.toString('latin1', start + 1, nameEnd))
    }
    if (this.#view.length - start < this.#retryAtBytes) return false
    const end = this.#elementEnd(start, this.#name)
    if (end < 0) {
      this.#retryAtBytes = Math.ceil((this.#view.length - start) * retryGrowth)
      return false
    }
    this.#retryAtBytes = 0
    this.#at = end
    this.#sink.element(this.#view, start, end, ratingKeyOf(this.#view, start, this.#name.open.length))
    return true
  }

  #scanSpecialChild(start: number): boolean {
    if (this.#view.length < start + 9) return false
    const end = skipSpecial(this.#view, start)
    if (end < 0) return false
    this.#at = end
    return true
  }

  #scanRootEnd(start: number): boolean {
    const end = tagEnd(this.#view, start)
    if (end < 0) return false
    if (this.#view.toString('latin1', start + 2, end - 1).trim() !== rootName)
      throw new ListingFault('the answer is not well-formed')
    this.#at = end
    this.#stage = 'epilog'
    return false
  }

  #scanEpilog(): void {
    for (;;) {
      while (this.#at < this.#view.length && isSpace(this.#view[this.#at] ?? 0)) this.#at += 1
      if (this.#at + 9 > this.#view.length) return
      const end =
        matches(this.#view, this.#at, needle.commentOpen) || this.#view[this.#at + 1] === question
          ? skipSpecial(this.#view, this.#at)
          : null
      if (end === null) throw new ListingFault('something follows the end of the answer')
      if (end < 0) return
      this.#at = end
    }
  }

  #elementEnd(start: number, kind: Name): number {
    const { open, close } = kind
    const closing = this.#view.indexOf(close, start + open.length)
    if (closing < 0 || this.#view[closing + close.length] !== greater) return walkElement(this.#view, start)
    if (kind.nextOpen <= start) kind.nextOpen = this.#nextOpenAfter(start, open)
    if (kind.nextOpen < closing || this.#nextSpecial(start) < closing) return walkElement(this.#view, start)
    return closing + close.length + 1
  }

  #nextOpenAfter(start: number, open: Buffer): number {
    const found = this.#view.indexOf(open, start + open.length)
    return found < 0 ? Number.POSITIVE_INFINITY : found
  }

  #nextSpecial(start: number): number {
    if (this.#special < start) this.#special = start
    // Both signs are rare in Plex's answers, and a search for one byte is far faster than a search for two.
    if (this.#special < this.#view.length && !isSpecial(this.#view, this.#special)) {
      this.#special = Math.min(
        nextMark(this.#view, this.#special, bang, needle.bangOpen),
        nextMark(this.#view, this.#special, question, needle.questionOpen),
      )
    }
    return this.#special
  }

  #nameOf(text: string): Name {
    let found = this.#names.get(text)
    if (found === undefined) {
      found = { open: Buffer.from(`<${text}`, 'latin1'), close: Buffer.from(`</${text}`, 'latin1'), nextOpen: -1 }
      this.#names.set(text, found)
      if (this.#names.size > maxNames) throw new ListingFault('the answer has too many kinds of elements')
    }
    return found
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#window.append(chunk, this.#at)
    this.#view = this.#window.view
    this.#at = 0
    this.#special = 0
    for (const known of this.#names.values()) known.nextOpen = -1
    this.#scan()
  }
  end(): XmlContainer {
    this.#retryAtBytes = 0
    this.#scan()
    if (this.#stage !== 'epilog') throw new ListingFault('the answer of Plex was cut off')
    if (this.#view.subarray(this.#at).some((byte) => !isSpace(byte)))
      throw new ListingFault('something follows the end of the answer')
    return { prolog: this.#prolog, tag: this.#tag }
  }
}

/** The most kinds of elements in one container; Plex mixes two or three. */
const maxNames = 100
