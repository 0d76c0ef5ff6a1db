const dashes = '--'
const crlf = Buffer.from('\r\n')
/** Blanks allowed between a boundary and its line end. */
const maxPaddingBytes = 64

/**
 * What follows the text of a boundary line. unknown: it takes more bytes to tell. data: it only looks like a boundary
 * line.
 */
export type LineEnding = 'data' | 'unknown' | { next: number; last: boolean }

/** Bytes of a body, its first line end included, that are enough to choose the delimiter. */
export const bytesToChooseBy = (boundary: string): number => crlf.length + boundary.length + dashes.length

/**
 * What each boundary line of a body begins with. Some clients name the boundary together with the two dashes that its
 * lines begin with, and then do not write them twice. `start` is the beginning of the body behind a line end.
 */
export function chooseDelimiter(start: Buffer, boundary: string): Buffer {
  const bare = Buffer.from(`\r\n${boundary}`, 'latin1')
  // A boundary made of dashes looks the same with two more in front.
  const doubled = Buffer.from(`\r\n${dashes}${boundary}`, 'latin1')
  const isBare = boundary.startsWith(dashes) && beginsWith(start, bare) && !beginsWith(start, doubled)
  return isBare ? bare : doubled
}

const beginsWith = (bytes: Buffer, start: Buffer): boolean => bytes.subarray(0, start.length).equals(start)

/** Judges what stands behind the delimiter: the line's end, `--` and the line's or the body's end, or else data. */
export function judgeBoundaryLine(bytes: Buffer, after: number, atEnd: boolean): LineEnding {
  const last = bytes.toString('latin1', after, after + 2) === dashes
  if (!last && bytes.length < after + 2 && !atEnd) return 'unknown'
  let at = last ? after + 2 : after
  while (at < bytes.length && at - after < maxPaddingBytes && (bytes[at] === 0x20 || bytes[at] === 0x09)) at += 1
  const lineEnd = bytes.toString('latin1', at, at + 2)
  if (lineEnd === '\r\n') return { next: at + 2, last }
  if (lineEnd === '' || lineEnd === '\r') {
    if (!atEnd) return 'unknown'
    return last ? { next: bytes.length, last } : 'data'
  }
  return 'data'
}
