import { makeImage } from '../images.ts'

export const [jpg, png, webp] = await Promise.all([
  makeImage('jpg'),
  makeImage('png'),
  makeImage('webp', { mark: 'overlay' }),
])

/** Concatenates Latin-1 text and bytes. */
export const glue = (...pieces: (string | Buffer)[]) =>
  Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)))
export const part = (headers: string[], body: string | Buffer, boundary = 'B') =>
  glue(`--${boundary}\r\n`, headers.map((line) => `${line}\r\n`).join(''), '\r\n', body, '\r\n')
export const field = 'Content-Disposition: form-data; name="file"'
export const file = `${field}; filename="poster.jpg"`
export const end = '--B--\r\n'
export const image = part([file, 'Content-Type: image/jpeg'], jpg)

export interface Case {
  name: string
  body: Buffer
  /** Default: multipart/form-data; boundary=B */
  type?: string
  /** The images that a reader must find, in order. */
  images: Buffer[]
  malformed?: boolean
  /** The raw body must be kept beside the images, since it holds more. */
  rawKept?: boolean
}
