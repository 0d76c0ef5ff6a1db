import { Transform } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Text without a line end is held back up to this many characters before it is cut. */
const maxPendingChars = 64 * 1024

/** Replaces matches in text that comes in pieces; the pieces together give what the whole text would give. */
export interface Replacer {
  push(text: string): string
  end(): string
}

/**
 * Replaces what `pattern` (global) matches. A match lies within one line, is at most `maxChars` long and looks at most one
 * character ahead and none behind. Whole lines come out at once; only an unfinished line is held back, and that bounded.
 */
export function createReplacer(pattern: RegExp, maxChars: number, replace: (text: string) => string): Replacer {
  const tailChars = maxChars + 1
  const limit = Math.max(maxPendingChars, 2 * tailChars)
  let pending = ''

  /** The last place at which the text can be cut without cutting a match in two. */
  const cutWithin = (text: string) => {
    const cut = text.length - tailChars
    for (const match of text.matchAll(pattern)) {
      const end = match.index + match[0].length
      if (match.index >= cut) break
      if (end > cut) return end
    }
    return cut
  }

  return {
    push(text) {
      pending += text
      let cut = Math.max(pending.lastIndexOf('\n'), pending.lastIndexOf('\r')) + 1
      if (pending.length - cut > limit) cut += cutWithin(pending.slice(cut))
      if (cut === 0) return ''
      const ready = pending.slice(0, cut)
      pending = pending.slice(cut)
      return replace(ready)
    },
    end() {
      const rest = pending
      pending = ''
      return replace(rest)
    },
  }
}

/** A stream of UTF-8 bytes through replacers, one after the other. */
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
