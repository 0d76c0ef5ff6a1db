/** What the headers of a part say that matters here. */
export interface PartHeaders {
  contentType: string | undefined
  transferEncoding: string | undefined
  /** Only for words to a person: a client's file name never becomes a path. */
  filename: string | undefined
}

/** RFC 9110 token: what a header's name may be made of. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Line breaks would start a header of their own, and the other control characters have no business here. */
const control = /[^\t\P{Cc}]/u
const maxFilenameChars = 100

/** Reads the header block of a part (without its last line end) strictly: a name, a colon, no stray line break; folded lines are fine. */
export function parsePartHeaders(block: string): PartHeaders | { problem: string } {
  const lines = block === '' ? [] : block.replace(/\r\n(?=[ \t])/g, '').split('\r\n')
  const values = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon))
    if (!headerName.test(name)) return { problem: 'a header of a part is broken' }
    const value = line.slice(colon + 1).trim()
    if (control.test(value)) return { problem: 'a header of a part holds a control character' }
    if (!values.has(name.toLowerCase())) values.set(name.toLowerCase(), value)
  }
  return {
    contentType: values.get('content-type'),
    transferEncoding: values.get('content-transfer-encoding')?.toLowerCase(),
    filename: filenameOf(values.get('content-disposition')),
  }
}

function filenameOf(disposition: string | undefined): string | undefined {
  const found = /;\s*filename="?([^";]*)/i.exec(disposition ?? '')?.[1]
  return found === undefined ? undefined : found.slice(0, maxFilenameChars)
}
