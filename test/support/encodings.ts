/** Ways in which a secret may stand in a text or a file. */
export const encodings: readonly [name: string, encode: (secret: string) => Buffer][] = [
  ['as it is', (secret) => Buffer.from(secret)],
  ['percent-encoded', (secret) => Buffer.from(percent(secret))],
  ['percent-encoded twice', (secret) => Buffer.from(percent(secret).replaceAll('%', '%25'))],
  ['every byte percent-encoded', (secret) => Buffer.from([...Buffer.from(secret)].map(escaped).join(''))],
  [
    'partly percent-encoded',
    (secret) =>
      Buffer.from(
        [...Buffer.from(secret)]
          .map((byte, at) => (at % 3 === 1 ? escaped(byte) : percent(String.fromCharCode(byte))))
          .join(''),
      ),
  ],
  [
    'base64 behind a name, as Basic credentials are',
    (secret) => Buffer.from(Buffer.from(`me:${secret}`).toString('base64')),
  ],
  ['base64', (secret) => Buffer.from(Buffer.from(secret).toString('base64').replace(/=+$/, ''))],
  ['escaped as JSON does', (secret) => Buffer.from(JSON.stringify(secret).slice(1, -1))],
  [
    'escaped in full',
    (secret) => Buffer.from([...secret].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')),
  ],
  ['hex', (secret) => Buffer.from(Buffer.from(secret).toString('hex'))],
  ['HTML', (secret) => Buffer.from(secret.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`))],
  ['UTF-16', (secret) => Buffer.from(secret, 'utf16le')],
]

const escaped = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`

/** Every byte that is no letter or digit, as python's quote() does. */
function percent(secret: string): string {
  return [...Buffer.from(secret)]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return /[A-Za-z0-9_.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}
