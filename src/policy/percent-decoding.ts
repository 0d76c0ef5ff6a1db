/**
 * How often a text may be percent-encoded and still be understood: Kometa puts a URL with its token into the `url=` of
 * an upload, encoded once or twice, and such a URL may stand in another one.
 */
const maxEncodings = 4

/**
 * The text without its percent-encodings, byte by byte. Letters, digits, `-` and `_`, of which a token is made, stay.
 */
export function decodeFully(text: string): string {
  let plain = text
  for (let round = 0; round < maxEncodings && plain.includes('%'); round += 1) {
    plain = plain.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
  return plain
}
