/** The headers of a part that matter here. */
export interface PartHeaders {
  contentType: string | undefined
  transferEncoding: string | undefined
  /** Only shown to the user: a client's file name never becomes a path. */
  filename: string | undefined
}

/** RFC 9110 token: what a header's name may be made of. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/**
 * Reads the header block of a part (without its last line end) strictly: a name, a colon, no stray line break; folded
 * lines are fine.
 */
export function parsePartHeaders(block: string): PartHeaders | { problem: string } {
  const lines = block === '' ? [] : block.replace(/\r\n(?=[ \t])/g, '').split('\r\n')
  const values = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon))
    if (!headerName.test(name)) return { problem: 'a header of a part is broken' }
    const value = line.slice(colon + 1).trim()
    if (holdsControl(value)) return { problem: 'a header of a part holds a control character' }
    if (!values.has(name.toLowerCase())) values.set(name.toLowerCase(), value)
  }
  return {
    contentType: values.get('content-type'),
    transferEncoding: values.get('content-transfer-encoding')?.toLowerCase(),
    filename: filenameOf(values.get('content-disposition')),
  }
}

/**
 * A stray line break would start another header, and no other control character belongs here. Bytes from 0x80 on are
 * UTF-8.
 */
function holdsControl(value: string): boolean {
  return Array.from({ length: value.length }, (_, at) => value.charCodeAt(at)).some(
    (code) => (code < 0x20 && code !== 0x09) || code === 0x7f,
  )
}

function filenameOf(disposition: string | undefined): string | undefined {
  return /;\s*filename="?([^";]*)/i.exec(disposition ?? '')?.[1]
}
