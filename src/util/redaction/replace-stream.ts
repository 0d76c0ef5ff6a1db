import { Transform } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { Range } from './scan-text.ts'

/** The replacement for a secret. */
export const redacted = '(redacted)'

/** Text without a line end is held back up to this many characters before it is cut. */
const maxPendingChars = 64 * 1024

export interface Found extends Range {
  /** The number of first characters that are a name, which stays. */
  keptChars?: number
}

/** One kind of text to look for. A match never spans two lines. */
export interface Pass {
  /** All matches in order, without overlaps. */
  find(text: string): readonly Found[]
  /**
   * The longest possible match, unless several matches touch. A match depends on at most one character after it and on
   * none before it.
   */
  maxChars: number
}

/** The text with `(redacted)` in place of every match. */
export function replaceFound(text: string, found: readonly Found[]): string {
  if (found.length === 0) return text
  let result = ''
  let at = 0
  for (const { start, end, keptChars = 0 } of found) {
    result += text.slice(at, start + keptChars) + redacted
    at = end
  }
  return result + text.slice(at)
}

/** Replaces the matches in text that comes in pieces. The result is the same as for the whole text. */
export interface Replacer {
  push(text: string): string
  end(): string
}

/** Whole lines come out immediately. Only a limited part of an unfinished line is held back. */
export function createReplacer({ find, maxChars }: Pass): Replacer {
  const tailChars = maxChars + 1
  const limit = Math.max(maxPendingChars, 2 * tailChars)
  let pending = ''
  /** The beginning of the line is one match whose end has not come yet, so the whole line counts as a part of it. */
  let swallows = false

  /**
   * The last place at which the text can be cut without cutting a match, including one that needs text that is still to
   * come.
   */
  const cutWithin = (text: string): number => {
    const cut = text.length - tailChars
    for (const { start, end } of find(text)) {
      if (start >= cut) break
      if (end >= cut) return start
    }
    return cut
  }
  const take = (chars: number): string => {
    const ready = pending.slice(0, chars)
    pending = pending.slice(chars)
    return replaceFound(ready, find(ready))
  }

  return {
    push(text) {
      const lineEnd = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
      if (swallows && lineEnd === 0) return ''
      pending = swallows ? text.slice(text.search(/[\r\n]/)) : pending + text
      const lines = lineEnd === 0 ? 0 : pending.length - (text.length - lineEnd)
      swallows = false
      if (pending.length - lines <= limit) return take(lines)
      const cut = cutWithin(pending.slice(lines))
      if (cut > 0) return take(lines + cut)
      const ready = take(lines)
      pending = ''
      swallows = true
      return ready + redacted
    },
    end: () => take(pending.length),
  }
}

/** A stream that sends UTF-8 bytes through the replacers, one after the other. */
export function createReplaceStream(replacers: readonly Replacer[]): Transform {
  const decoder = new StringDecoder('utf8')
  const pass = (text: string) => replacers.reduce((result, replacer) => replacer.push(result), text)
  return new Transform({
    transform(chunk: Buffer | string, _encoding, done) {
      done(null, pass(typeof chunk === 'string' ? chunk : decoder.write(chunk)))
    },
    flush(done) {
      let rest = decoder.end()
      for (const replacer of replacers) rest = replacer.push(rest) + replacer.end()
      done(null, rest)
    },
  })
}
