import { type Case, end, field, file, glue, image, jpg, part, png } from './multipart.ts'

/** Bodies that each reader must reject. */
export const malformed: Case[] = [
  ...Array.from({ length: 64 }, (_, slice): Case => {
    const body = glue(image, part([file], png), '--B--')
    return { name: `cut at ${slice}/64`, body: body.subarray(0, Math.floor((body.length * slice) / 64)), images: [] }
  }),
  { name: 'no boundary in Content-Type', type: 'multipart/form-data', body: glue(image, end), images: [] },
  { name: 'an empty boundary', type: 'multipart/form-data; boundary=', body: glue(image, end), images: [] },
  { name: 'an empty quoted boundary', type: 'multipart/form-data; boundary=""', body: glue(image, end), images: [] },
  { name: 'two boundaries', type: 'multipart/form-data; boundary=A; boundary=B', body: glue(image, end), images: [] },
  {
    name: 'a boundary of 257 characters',
    type: `multipart/form-data; boundary=${'x'.repeat(257)}`,
    body: glue(image, end),
    images: [],
  },
  {
    name: 'a boundary with a control character',
    type: 'multipart/form-data; boundary="a\x07"',
    body: glue(image, end),
    images: [],
  },
  {
    name: 'another boundary than the one named',
    type: 'multipart/form-data; boundary=C',
    body: glue(image, end),
    images: [],
  },
  { name: 'the boundary in other case', type: 'multipart/form-data; boundary=b', body: glue(image, end), images: [] },
  { name: 'no closing boundary', body: image, images: [] },
  { name: 'a closing boundary with one dash', body: glue(image, '--B-\r\n'), images: [] },
  { name: 'a closing boundary and more on its line', body: glue(image, '--B--more\r\n'), images: [] },
  {
    name: 'bare LF everywhere',
    body: Buffer.from(
      glue(part([file], 'x'), end)
        .toString('latin1')
        .replaceAll('\r', ''),
    ),
    images: [],
  },
  { name: 'bare LF between headers', body: glue('--B\r\n', file, '\nX-A: 1\r\n\r\n', jpg, '\r\n', end), images: [] },
  { name: 'bare CR between headers', body: glue('--B\r\n', file, '\rX-A: 1\r\n\r\n', jpg, '\r\n', end), images: [] },
  { name: 'a header without a colon', body: glue(part(['Content-Disposition'], jpg), end), images: [] },
  { name: 'a header without a name', body: glue(part([': form-data'], jpg), end), images: [] },
  { name: 'a blank before the colon', body: glue(part(['Content-Disposition : form-data'], jpg), end), images: [] },
  { name: 'a NUL in a header', body: glue(part(['X-A: a\0b'], jpg), end), images: [] },
  { name: 'a folded line first', body: glue(part([' folded: 1'], jpg), end), images: [] },
  { name: 'headers of 70,000 bytes', body: glue(part([`X-Long: ${'x'.repeat(70_000)}`], jpg), end), images: [] },
  { name: 'headers that never end', body: glue('--B\r\n', 'X-A: 1\r\n'.repeat(20_000)), images: [] },
  { name: 'no blank line after the headers', body: glue('--B\r\n', file, '\r\n', end), images: [] },
  { name: 'a boundary right after a boundary', body: glue('--B\r\n--B\r\n\r\n', jpg, '\r\n', end), images: [] },
  { name: 'a preamble and no part', body: glue('preamble\r\n', end), images: [] },
  {
    name: 'an image and nothing of multipart behind it but text',
    body: glue('text', image.subarray(3), end),
    images: [],
  },
  { name: 'more than 20,000 parts', body: glue(part([field], 'x').toString('latin1').repeat(20_001), end), images: [] },
]
