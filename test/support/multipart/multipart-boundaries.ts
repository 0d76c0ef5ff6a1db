import { type Case, end, field, file, glue, image, jpg, part } from './multipart.ts'

/** Well-formed bodies with unusual boundaries. */
export const oddBoundaries: Case[] = [
  { name: 'no line end after the last boundary', body: glue(image, '--B--'), images: [jpg] },
  { name: 'a lone CR after the last boundary', body: glue(image, '--B--\r'), images: [jpg] },
  {
    name: 'blanks after the boundaries',
    body: glue('--B \t\r\n', file, '\r\n\r\n', jpg, '\r\n--B-- \t\r\n'),
    images: [jpg],
  },
  {
    name: 'MULTIPART/FORM-DATA; BOUNDARY=B',
    type: 'MULTIPART/FORM-DATA; BOUNDARY=B',
    body: glue(image, end),
    images: [jpg],
  },
  {
    name: 'no blank after the semicolon',
    type: 'multipart/form-data;boundary=B',
    body: glue(image, end),
    images: [jpg],
  },
  {
    name: 'blanks around the parameter',
    type: ' multipart/form-data ; charset=utf-8 ; boundary = B ',
    body: glue(image, end),
    images: [jpg],
  },
  {
    name: 'the same boundary named twice',
    type: 'multipart/form-data; boundary=B; boundary=B',
    body: glue(image, end),
    images: [jpg],
  },
  { name: 'a quoted boundary', type: 'multipart/form-data; boundary="B"', body: glue(image, end), images: [jpg] },
  {
    name: 'a quoted boundary with blanks and semicolons',
    type: 'multipart/form-data; boundary="a b; c=d"',
    body: glue('--a b; c=d\r\n\r\n', jpg, '\r\n--a b; c=d--\r\n'),
    images: [jpg],
  },
  {
    name: 'a quoted boundary with escapes',
    type: String.raw`multipart/form-data; boundary="a\"b\\c"`,
    body: glue('--a"b\\c\r\n\r\n', jpg, '\r\n--a"b\\c--\r\n'),
    images: [jpg],
  },
  {
    name: 'a boundary of all allowed signs',
    type: `multipart/form-data; boundary="0aZ'()+_,-./:=?"`,
    body: glue(`--0aZ'()+_,-./:=?\r\n\r\n`, jpg, `\r\n--0aZ'()+_,-./:=?--\r\n`),
    images: [jpg],
  },
  {
    name: 'a boundary of dashes',
    type: 'multipart/form-data; boundary=-----',
    body: glue('-------\r\n\r\n', jpg, '\r\n---------\r\n'),
    images: [jpg],
  },
  {
    name: 'a boundary named with its two dashes',
    type: 'multipart/form-data; boundary=--B',
    body: glue(image, end),
    images: [jpg],
  },
  {
    name: 'a boundary that begins with two dashes',
    type: 'multipart/form-data; boundary=--B',
    body: glue('----B\r\n\r\n', jpg, '\r\n----B--\r\n'),
    images: [jpg],
  },
  {
    name: 'a boundary of 70 characters',
    type: `multipart/form-data; boundary=${'x'.repeat(70)}`,
    body: glue(`--${'x'.repeat(70)}\r\n\r\n`, jpg, `\r\n--${'x'.repeat(70)}--`),
    images: [jpg],
  },
  {
    name: 'a boundary of 256 characters',
    type: `multipart/form-data; boundary=${'x'.repeat(256)}`,
    body: glue(`--${'x'.repeat(256)}\r\n\r\n`, jpg, `\r\n--${'x'.repeat(256)}--`),
    images: [jpg],
  },
  { name: 'a preamble', body: glue('this is a preamble\r\n', image, end), images: [jpg], rawKept: true },
  { name: 'a preamble of line ends', body: glue('\r\n\r\n', image, end), images: [jpg] },
  { name: 'an epilogue', body: glue(image, end, 'this is an epilogue'), images: [jpg], rawKept: true },
  { name: 'an epilogue with boundaries', body: glue(image, end, image, end), images: [jpg], rawKept: true },
  { name: 'an epilogue of line ends', body: glue(image, end, '\r\n\r\n'), images: [jpg] },
  {
    name: 'the boundary inside the image, at a line start, longer by a letter',
    body: glue(part([], glue(jpg, '\r\n--Bx\r\n', jpg)), end),
    images: [glue(jpg, '\r\n--Bx\r\n', jpg)],
  },
  {
    name: 'the boundary inside the image, not at a line start',
    body: glue(part([], glue(jpg, '--B\r\n', jpg)), end),
    images: [glue(jpg, '--B\r\n', jpg)],
  },
  {
    name: 'the boundary inside the image, after a bare LF',
    body: glue(part([], glue(jpg, '\n--B\r\n', jpg)), end),
    images: [glue(jpg, '\n--B\r\n', jpg)],
  },
  {
    name: 'the boundary inside the image, with one dash',
    body: glue(part([], glue(jpg, '\r\n--B-\r\n', jpg)), end),
    images: [glue(jpg, '\r\n--B-\r\n', jpg)],
  },
  {
    name: 'the boundary inside the image, with a bare CR',
    body: glue(part([], glue(jpg, '\r\n--B\rx', jpg)), end),
    images: [glue(jpg, '\r\n--B\rx', jpg)],
  },
  {
    name: 'the boundary inside the image, with a bare LF',
    body: glue(part([], glue(jpg, '\r\n--B\nx', jpg)), end),
    images: [glue(jpg, '\r\n--B\nx', jpg)],
  },
  {
    name: 'the boundary inside the image, in small letters',
    body: glue(part([], glue(jpg, '\r\n--b\r\n', jpg)), end),
    images: [glue(jpg, '\r\n--b\r\n', jpg)],
  },
  {
    name: 'the closing boundary inside the image, longer by a letter',
    body: glue(part([], glue(jpg, '\r\n--B--x\r\n', jpg)), end),
    images: [glue(jpg, '\r\n--B--x\r\n', jpg)],
  },
  {
    name: 'the boundary inside the image, with too many blanks',
    body: glue(part([], glue(jpg, `\r\n--B${' '.repeat(65)}\r\n`, jpg)), end),
    images: [glue(jpg, `\r\n--B${' '.repeat(65)}\r\n`, jpg)],
  },
  {
    name: 'an image of line ends',
    body: glue(part([], glue(jpg, '\r\n'.repeat(40_000))), end),
    images: [glue(jpg, '\r\n'.repeat(40_000))],
  },
  { name: 'an image that ends in CR', body: glue(part([], glue(jpg, '\r')), end), images: [glue(jpg, '\r')] },
  {
    name: 'an image that ends in CR LF and dashes',
    body: glue(part([], glue(jpg, '\r\n--')), end),
    images: [glue(jpg, '\r\n--')],
  },
  {
    name: 'a large image',
    body: glue(part([], glue(jpg, Buffer.alloc(3_000_000, 'abc\r\n--'))), end),
    images: [glue(jpg, Buffer.alloc(3_000_000, 'abc\r\n--'))],
  },
  {
    name: 'a part without a body, its blank line part of the boundary',
    body: glue('--B\r\n', field, '\r\n\r\n--B\r\n', file, '\r\n\r\n', jpg, '\r\n', end),
    images: [jpg],
  },
]
