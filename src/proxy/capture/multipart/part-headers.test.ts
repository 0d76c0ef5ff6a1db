import { expect, test } from 'vitest'
import { parsePartHeaders } from './part-headers.ts'

const none = { contentType: undefined, transferEncoding: undefined, filename: undefined }

test.each([
  ['', {}],
  ['Content-Type: image/png', { contentType: 'image/png' }],
  ['CONTENT-TYPE:image/png', { contentType: 'image/png' }],
  ['Content-Type:  \t image/png \t ', { contentType: 'image/png' }],
  ['Content-Type: a:b', { contentType: 'a:b' }],
  ['Content-Type: a\r\nContent-Type: b', { contentType: 'a' }],
  ['Content-Type: multipart/mixed;\r\n boundary=B', { contentType: 'multipart/mixed; boundary=B' }],
  ['Content-Type: multipart/mixed;\r\n\tboundary=B', { contentType: 'multipart/mixed;\tboundary=B' }],
  ['Content-Transfer-Encoding: BASE64', { transferEncoding: 'base64' }],
  ['Content-Disposition: form-data; name="file"; filename="a b.jpg"; x=1', { filename: 'a b.jpg' }],
  ['Content-Disposition: form-data; FILENAME=a.jpg', { filename: 'a.jpg' }],
  ['Content-Disposition: form-data;filename=', { filename: '' }],
  ['Content-Disposition: form-data; name="file"', {}],
  ["X-~!#$%&'*+.^_`|9: \xc3\xa9", {}],
  ['A:\r\nB: tab\there', {}],
])('%j', (block, expected) => expect(parsePartHeaders(block)).toEqual({ ...none, ...expected }))

test.each([
  ['Content-Type', 'broken'],
  [': a', 'broken'],
  ['Content Type: a', 'broken'],
  ['Content-Type : a', 'broken'],
  [' Content-Type: a', 'broken'],
  ['A: b\r\n', 'broken'],
  ['A: b\r\n\r\nC: d', 'broken'],
  ['\xe4: b', 'broken'],
  ['A: b\nC: d', 'control character'],
  ['A: b\rC: d', 'control character'],
  ['A: \x00b', 'control character'],
  ['A: b\x1fc', 'control character'],
  ['A: b\x7fc', 'control character'],
  ['A: b\x08c', 'control character'],
  ['A: b\x0ac', 'control character'],
])('%j is refused: %s', (block, problem) => {
  expect(parsePartHeaders(block)).toEqual({ problem: expect.stringContaining(problem) })
})

test('a blank and what stands above the control characters are none', () => {
  expect(parsePartHeaders('A: b c\x20d\x7e\x80\xff')).toEqual(none)
})
