import { expect, test } from 'vitest'
import { parseMultipartType } from './content-type.ts'

test.each([
  ['multipart/form-data; boundary=B', 'B'],
  ['  MULTIPART/Related;type="a/b";BOUNDARY = "B c"', 'B c'],
  ['multipart/form-data; boundary="a\\"b\\\\c"', 'a"b\\c'],
  ['multipart/form-data; boundary=B; boundary=B', 'B'],
  ['multipart/form-data; boundary="B"; charset=utf-8; boundary=B', 'B'],
  [`multipart/form-data; boundary=${'b'.repeat(256)}`, 'b'.repeat(256)],
  ['multipart/form-data; boundary=\xe4', '\xe4'],
])('%s', (type, boundary) => {
  expect(parseMultipartType(type)).toEqual({ boundary })
})

test.each([
  ['multipart/form-data', /names no boundary/],
  ['multipart/form-data; boundary=', /names no boundary/],
  ['multipart/form-data; boundary=""', /names no boundary/],
  ['multipart/form-data; boundary=a; boundary=b', /two different boundaries/],
  ['multipart/form-data; boundary=a; Boundary="b"', /two different boundaries/],
  ['multipart/form-data; boundary=b; boundary=""', /two different boundaries/],
  ['multipart/form-data; boundary="a\tb"', /control characters/],
  ['multipart/form-data; boundary="a\x7f"', /control characters/],
  [`multipart/form-data; boundary=${'b'.repeat(257)}`, /longer than 256/],
])('%s is none', (type, problem) => {
  expect(parseMultipartType(type)).toEqual({ problem: expect.stringMatching(problem) })
})

test.each([undefined, '', 'image/jpeg', 'text/multipart; boundary=B', 'xmultipart/form-data; boundary=B'])(
  '%s is no multipart at all',
  (type) => expect(parseMultipartType(type)).toBeNull(),
)
