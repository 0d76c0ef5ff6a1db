/** Decodes base64 chunk by chunk. It skips line ends and other foreign characters, as RFC 2045 demands. */
export async function* decodeBase64(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let left = ''
  for await (const chunk of chunks) {
    const text =
      left +
      Buffer.from(chunk)
        .toString('latin1')
        .replace(/[^A-Za-z0-9+/]/g, '')
    const whole = text.length - (text.length % 4)
    left = text.slice(whole)
    if (whole > 0) yield Buffer.from(text.slice(0, whole), 'base64')
  }
  if (left.length > 1) yield Buffer.from(left, 'base64')
}
