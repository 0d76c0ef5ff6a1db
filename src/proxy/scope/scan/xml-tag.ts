const quote = 0x22
const apostrophe = 0x27
const greater = 0x3e
const slash = 0x2f
const equals = 0x3d

/**
 * The position of one attribute in a start tag: `bytes[valueStart..valueEnd)` is the value as written, without quotes.
 */
export interface AttributeSpan {
  name: string
  valueStart: number
  valueEnd: number
}

/**
 * Position after the `>` of the tag at `start`, or -1 if the tag is incomplete. A `>` inside a quoted value does not
 * end the tag.
 */
export function tagEnd(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === greater) return at + 1
    if (byte === quote || byte === apostrophe) {
      at = bytes.indexOf(byte, at + 1)
      if (at < 0) return -1
    }
  }
  return -1
}

/** Position after the name of the tag at `start` (`<Name`), or -1 if the name may continue after these bytes. */
export function tagNameEnd(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (isSpace(byte) || byte === slash || byte === greater) return at
  }
  return -1
}

/**
 * The attributes of the start tag in `bytes[start..end)`, in their order; stops at anything that is not an attribute.
 */
export function tagAttributes(bytes: Buffer, start: number, end: number): AttributeSpan[] {
  const spans: AttributeSpan[] = []
  let at = tagNameEnd(bytes, start)
  while (at >= 0 && at < end) {
    while (isSpace(bytes[at] ?? 0)) at += 1
    const sign = bytes.indexOf(equals, at)
    if (sign < 0 || sign >= end || bytes[at] === slash || bytes[at] === greater) break
    const name = bytes.toString('latin1', at, sign).trim()
    let open = sign + 1
    while (isSpace(bytes[open] ?? 0)) open += 1
    const mark = bytes[open]
    if (mark !== quote && mark !== apostrophe) break
    const close = bytes.indexOf(mark, open + 1)
    if (close < 0 || close >= end) break
    spans.push({ name, valueStart: open + 1, valueEnd: close })
    at = close + 1
  }
  return spans
}

/** The decoded value of one attribute of the element that starts at `start`, or null. */
export function attributeOf(bytes: Buffer, start: number, name: string): string | null {
  const end = tagEnd(bytes, start)
  const span = end < 0 ? undefined : tagAttributes(bytes, start, end).find((attribute) => attribute.name === name)
  return span === undefined ? null : decodeXmlText(bytes.toString('utf8', span.valueStart, span.valueEnd))
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Decodes XML's five entities and character references; everything else stays as written. */
function decodeXmlText(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
