import { type ElementScanner, type ElementSink, ListingFault } from '../listing-fault.ts'
import { createScanWindow } from './scan-window.ts'
import { isSpace } from './xml-tag.ts'

/** A member of the container as written; `elements` marks where the list of this name stood. */
type JsonMember = { key: string; value: Buffer } | { key: string; elements: true }

/** What stands around the elements, in Plex's order. */
export interface JsonContainer {
  members: JsonMember[]
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const braceOpen = 0x7b
const braceClose = 0x7d
const bracketOpen = 0x5b
const bracketClose = 0x5d
/** Where Plex lists items: Metadata, and Directory on older servers. */
const elementLists = new Set(['Metadata', 'Directory', 'Video', 'Track'])
const firstKey = Buffer.from('{"ratingKey":')
const retryGrowth = 1.25
/** Members of one container; Plex writes about 25. */
const maxMembers = 1_000

type Stage = 'start' | 'members' | 'elements' | 'tail'

/** Cuts the items of `MediaContainer.Metadata[]` verbatim out of JSON bytes. The same promises as `createXmlScanner`. */
export function createJsonScanner(sink: ElementSink): ElementScanner<JsonContainer> {
  const window = createScanWindow()
  const members: JsonMember[] = []
  let view = window.view
  let at = 0
  let stage: Stage = 'start'
  let separator: 'first' | 'before' | 'after' = 'first'
  let retryAtBytes = 0
  let ended = false

  /** Each step consumes something and says true, or waits for more bytes and says false. */
  const steps: Record<Stage, () => boolean> = { start, members: member, elements: element, tail }

  function start(): boolean {
    const opening = /^\s*\{\s*"MediaContainer"\s*:\s*\{/.exec(
      view.toString('latin1', at, Math.min(view.length, at + 200)),
    )
    if (opening === null) {
      if (view.length - at >= 200 || ended) throw new ListingFault('the answer is not a MediaContainer')
      return false
    }
    at += opening[0].length
    stage = 'members'
    return true
  }

  function member(): boolean {
    const next = afterSeparator(braceClose)
    if (next === 'close') stage = 'tail'
    if (typeof next === 'string') return next === 'close'
    if (view[next] !== quote) throw notWellFormed()
    const keyEnd = jsonValueEnd(view, next)
    const valueStart = keyEnd < 0 ? -1 : afterColon(keyEnd)
    if (valueStart < 0) return false
    const key = view.toString('latin1', next + 1, keyEnd - 1)
    if (members.length >= maxMembers) throw new ListingFault('the container of the answer has too many members')
    if (elementLists.has(key) && view[valueStart] === bracketOpen) {
      members.push({ key, elements: true })
      at = valueStart + 1
      stage = 'elements'
      separator = 'first'
      return true
    }
    const end = jsonValueEnd(view, valueStart)
    if (end < 0) return false
    members.push({ key, value: Buffer.from(view.subarray(valueStart, end)) })
    at = end
    separator = 'before'
    return true
  }

  function element(): boolean {
    const next = afterSeparator(bracketClose)
    if (next === 'close') {
      stage = 'members'
      separator = 'before'
    }
    if (typeof next === 'string') return next === 'close'
    if (view.length - next < retryAtBytes) return false
    const end = jsonValueEnd(view, next)
    if (end < 0) {
      retryAtBytes = Math.ceil((view.length - next) * retryGrowth)
      return false
    }
    retryAtBytes = 0
    at = end
    separator = 'before'
    sink.element(view, next, end, ratingKeyOf(view, next, end))
    return true
  }

  function tail(): boolean {
    at = afterSpace(view, at)
    if (at >= view.length) return false
    if (view[at] !== braceClose) throw notWellFormed()
    at = afterSpace(view, at + 1)
    ended = true
    if (at < view.length) throw new ListingFault('something follows the end of the answer')
    return false
  }

  /** Where the next member or element starts; 'close' past the closing sign, 'wait' if that is not there yet. */
  function afterSeparator(close: number): number | 'close' | 'wait' {
    let next = afterSpace(view, at)
    if (next >= view.length) return 'wait'
    if (view[next] === close && separator !== 'after') {
      at = next + 1
      return 'close'
    }
    if (separator === 'before') {
      if (view[next] !== comma) throw notWellFormed()
      at = next + 1
      separator = 'after'
      next = afterSpace(view, at)
      if (next >= view.length) return 'wait'
    }
    return next
  }

  function afterColon(from: number): number {
    const sign = afterSpace(view, from)
    if (sign >= view.length) return -1
    if (view[sign] !== colon) throw notWellFormed()
    const value = afterSpace(view, sign + 1)
    return value >= view.length ? -1 : value
  }

  function scan(): void {
    while (!ended && steps[stage]());
  }

  return {
    push(chunk) {
      if (chunk.length === 0) return
      window.append(chunk, at)
      view = window.view
      at = 0
      if (!ended) scan()
      else if (afterSpace(view, at) < view.length) throw new ListingFault('something follows the end of the answer')
    },
    end() {
      retryAtBytes = 0
      scan()
      if (!ended) throw new ListingFault('the answer of Plex was cut off')
      return { members }
    },
  }
}

const notWellFormed = (): ListingFault => new ListingFault('the answer is not well-formed JSON')

function afterSpace(view: Buffer, from: number): number {
  let at = from
  while (at < view.length && isSpace(view[at] ?? 0)) at += 1
  return at
}

/** Position after the JSON value at `start`, or -1 if it is not all there. */
function jsonValueEnd(view: Buffer, start: number): number {
  let depth = 0
  for (let at = start; at < view.length; at += 1) {
    const byte = view[at]
    if (at === start && (byte === braceClose || byte === bracketClose || byte === comma)) throw notWellFormed()
    if (byte === quote) {
      at = stringEnd(view, at + 1)
      if (at < 0) return -1
    } else if (byte === braceOpen || byte === bracketOpen) {
      depth += 1
      continue
    } else if (byte === braceClose || byte === bracketClose) {
      depth -= 1
    } else if (depth > 0) {
      continue
    } else {
      return scalarEnd(view, at)
    }
    if (depth <= 0) return at + 1
  }
  return -1
}

/** Position of the quote that ends the string, or -1. */
function stringEnd(view: Buffer, from: number): number {
  for (let at = from; at < view.length; at += 1) {
    const byte = view[at]
    if (byte === quote) return at
    if (byte === backslash) at += 1
  }
  return -1
}

function scalarEnd(view: Buffer, start: number): number {
  for (let at = start; at < view.length; at += 1) {
    const byte = view[at] ?? 0
    if (byte === comma || byte === braceClose || byte === bracketClose || isSpace(byte)) return at
  }
  return -1
}

function ratingKeyOf(view: Buffer, start: number, end: number): string | null {
  for (let index = 0; index < firstKey.length; index += 1) {
    if (view[start + index] !== firstKey[index]) return jsonField(view, start, end, 'ratingKey')
  }
  return scalarText(view, start + firstKey.length)
}

/** The string or number under a name of the object in `view[start..end)`, or null. */
export function jsonField(view: Buffer, start: number, end: number, wanted: string): string | null {
  let at = afterSpace(view, start + 1)
  while (at < end && view[at] === quote) {
    const keyEnd = jsonValueEnd(view, at)
    const value = keyEnd < 0 ? -1 : afterSpace(view, afterSpace(view, keyEnd) + 1)
    const valueEnd = value < 0 ? -1 : jsonValueEnd(view, value)
    if (valueEnd < 0 || valueEnd > end) throw notWellFormed()
    if (view.toString('utf8', at + 1, keyEnd - 1) === wanted) return scalarText(view, value)
    at = afterSpace(view, afterSpace(view, valueEnd) + 1)
  }
  return null
}

function scalarText(view: Buffer, start: number): string | null {
  const text = view.toString('utf8', start, jsonValueEnd(view, start))
  if (/^\d{1,18}$/.test(text)) return text
  if (text[0] !== '"') return null
  try {
    return String(JSON.parse(text))
  } catch (error) {
    throw new ListingFault('the answer is not well-formed JSON', { cause: error })
  }
}
