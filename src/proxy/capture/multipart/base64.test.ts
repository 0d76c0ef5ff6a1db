import { expect, test } from 'vitest'
import { decodeBase64 } from './base64.ts'

async function* pieces(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size))
}

async function decode(text: string, size: number) {
  const chunks: Buffer[] = []
  for await (const chunk of decodeBase64(pieces(text, size))) chunks.push(chunk)
  return { bytes: Buffer.concat(chunks), sizes: chunks.map(({ length }) => length) }
}

const plain = Buffer.from([...Array(256).keys()])

test.each([1, 2, 3, 4, 5, 7, 76, 1000])(
  'in pieces of %i characters, with line ends and foreign characters',
  async (size) => {
    for (const bytes of [plain, plain.subarray(0, 255), plain.subarray(0, 254), plain.subarray(255)]) {
      const folded = bytes.toString('base64').replace(/.{10}/g, '$&\r\n- ')
      const { bytes: decoded, sizes } = await decode(folded, size)
      expect(decoded.equals(bytes)).toBe(true)
      expect(sizes).not.toContain(0)
    }
  },
)

test('without the padding, and with a letter that stands for nothing', async () => {
  expect((await decode('YQ', 9)).bytes.toString()).toBe('a')
  expect((await decode('YWI', 9)).bytes.toString()).toBe('ab')
  expect((await decode('YWJjZ', 9)).bytes.toString()).toBe('abc')
  expect(await decode('Z', 9)).toEqual({ bytes: Buffer.alloc(0), sizes: [] })
})
