/**
 * How many percent-encodings of a text are decoded. Kometa puts a URL with its token into the `url=` of an upload,
 * encoded once or twice, and that URL may contain another encoded URL.
 */
const maxEncodings = 4

/**
 * Decodes all percent-encodings, byte by byte. A token consists of letters, digits, `-` and `_`, which never change.
 */
export function decodeFully(text: string): string {
  let plain = text
  for (let round = 0; round < maxEncodings && plain.includes('%'); round += 1) {
    plain = plain.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
  return plain
}
