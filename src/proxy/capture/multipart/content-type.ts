/** RFC 2046 allows 70 characters; some clients send more. */
const maxBoundaryChars = 256

const parameter = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/gs

export type MultipartType = { boundary: string } | { problem: string }

/** What a Content-Type says about a multipart body of any subtype; null when the body is not multipart. */
export function parseMultipartType(contentType: string | undefined): MultipartType | null {
  if (contentType === undefined || !/^\s*multipart\//i.test(contentType)) return null
  const found = [...contentType.matchAll(parameter)].filter(([, name]) => name?.toLowerCase() === 'boundary')
  const boundaries = new Set(found.map(([, , quoted, bare]) => quoted?.replace(/\\(.)/gs, '$1') ?? bare ?? ''))
  const [boundary] = boundaries
  if (boundary === undefined || boundary === '') return { problem: 'its Content-Type names no boundary' }
  if (boundaries.size > 1) return { problem: 'its Content-Type names two different boundaries' }
  // A line break or a control character cannot be part of a boundary line.
  if (!/^[\x20-\x7e\x80-\xff]+$/.test(boundary)) return { problem: 'its boundary holds control characters' }
  if (boundary.length > maxBoundaryChars)
    return { problem: `its boundary is longer than ${maxBoundaryChars} characters` }
  return { boundary }
}
