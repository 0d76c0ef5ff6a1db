import { type Case, end, field, file, glue, image, jpg, part, png, webp } from './multipart.ts'

/** Well-formed bodies with unusual parts. */
export const oddContents: Case[] = [
  { name: 'one image', body: glue(image, end), images: [jpg] },
  { name: 'two images', body: glue(image, part([file], png), end), images: [jpg, png] },
  {
    name: 'three images of three types',
    body: glue(image, part([], webp), part([], png), end),
    images: [jpg, webp, png],
  },
  { name: 'the same image twice', body: glue(image, image, end), images: [jpg, jpg] },
  { name: 'a part without a filename', body: glue(part([field], webp), end), images: [webp] },
  { name: 'a part without a name', body: glue(part(['Content-Disposition: form-data'], webp), end), images: [webp] },
  { name: 'a part without any header', body: glue(part([], webp), end), images: [webp] },
  {
    name: 'a part that is an attachment',
    body: glue(part(['Content-Disposition: attachment; filename="a.png"'], png), end),
    images: [png],
  },
  {
    name: 'a part called text/plain',
    body: glue(part([field, 'Content-Type: text/plain; charset=utf-8'], png), end),
    images: [png],
  },
  {
    name: 'a WEBP called image/jpeg and poster.jpg',
    body: glue(part([file, 'Content-Type: image/jpeg'], webp), end),
    images: [webp],
  },
  {
    name: 'a text field before the image',
    body: glue(part([field], 'title'), image, end),
    images: [jpg],
    rawKept: true,
  },
  {
    name: 'a text field after the image',
    body: glue(image, part([field], 'title'), end),
    images: [jpg],
    rawKept: true,
  },
  { name: 'an empty field before the image', body: glue(part([field], ''), image, end), images: [jpg] },
  {
    name: 'a JSON part and a related image',
    type: 'multipart/related; boundary=B; type="application/json"',
    body: glue(
      part(['Content-Type: application/json'], '{}'),
      part(['Content-Type: image/png', 'Content-ID: <1>'], png),
      end,
    ),
    images: [png],
    rawKept: true,
  },
  {
    name: 'multipart/related',
    type: 'multipart/related; boundary=B',
    body: glue(part(['Content-Type: image/webp'], webp), end),
    images: [webp],
  },
  {
    name: 'multipart/mixed',
    type: 'multipart/mixed; boundary=B',
    body: glue(part(['Content-Type: image/webp'], webp), end),
    images: [webp],
  },
  {
    name: 'multipart/alternative',
    type: 'multipart/alternative; boundary=B',
    body: glue(part([], webp), end),
    images: [webp],
  },
  {
    name: 'base64',
    body: glue(part([file, 'Content-Transfer-Encoding: base64'], png.toString('base64')), end),
    images: [png],
  },
  {
    name: 'base64 in lines',
    body: glue(
      part([file, 'content-transfer-encoding: BASE64'], png.toString('base64').replace(/.{76}/g, '$&\r\n')),
      end,
    ),
    images: [png],
  },
  {
    name: 'raw bytes that call themselves base64',
    body: glue(part([file, 'Content-Transfer-Encoding: base64'], png), end),
    images: [png],
  },
  { name: 'binary', body: glue(part([file, 'Content-Transfer-Encoding: binary'], png), end), images: [png] },
  {
    name: 'headers in odd case',
    body: glue(part(['cOnTeNt-DiSpOsItIoN: FORM-DATA; NAME="x"'], png), end),
    images: [png],
  },
  {
    name: 'a folded header',
    body: glue(part(['Content-Disposition: form-data;', ' name="x";', '\tfilename="y"'], png), end),
    images: [png],
  },
  { name: 'an unknown header', body: glue(part([file, "X-Odd!#$%&'*+-.^_`|~9: 1"], png), end), images: [png] },
  { name: 'a header without a value', body: glue(part(['X-Empty:', field], png), end), images: [png] },
  { name: 'two dispositions', body: glue(part([field, 'Content-Disposition: attachment'], png), end), images: [png] },
  {
    name: 'a filename that is a path',
    body: glue(part([`${field}; filename="../../../etc/passwd.png"`], png), end),
    images: [png],
  },
  {
    name: 'a filename in RFC 5987 with a line break',
    body: glue(part([`${field}; filename*=UTF-8''a%0d%0ab.png`], png), end),
    images: [png],
  },
  {
    name: 'a filename with quotes',
    body: glue(part([String.raw`${field}; filename="a\"b.png"`], png), end),
    images: [png],
  },
  {
    name: 'a filename in UTF-8',
    body: glue(part([Buffer.from(`${field}; filename="プラカード.png"`).toString('latin1')], png), end),
    images: [png],
  },
  {
    name: 'a header of 60,000 bytes',
    body: glue(part([field, `X-Long: ${'x'.repeat(60_000)}`], png), end),
    images: [png],
  },
  {
    name: '2,500 headers',
    body: glue(part([field, ...Array.from({ length: 2500 }, (_, at) => `X-${at}: 1`)], png), end),
    images: [png],
  },
  {
    name: 'nested multipart/mixed',
    body: glue(
      part([field, 'Content-Type: multipart/mixed; boundary=I'], glue(part([], jpg, 'I'), part([], png, 'I'), '--I--')),
      end,
    ),
    images: [jpg, png],
  },
  {
    name: 'nested twice',
    body: glue(
      part(
        ['Content-Type: multipart/mixed; boundary=I'],
        glue(part(['Content-Type: multipart/mixed; boundary=J'], glue(part([], png, 'J'), '--J--'), 'I'), '--I--'),
      ),
      end,
    ),
    images: [png],
  },
  {
    name: 'nested too deep beside an image',
    body: glue(
      image,
      part(
        ['Content-Type: multipart/mixed; boundary=I'],
        glue(
          part(
            ['Content-Type: multipart/mixed; boundary=J'],
            glue(part(['Content-Type: multipart/mixed; boundary=K'], glue(part([], png, 'K'), '--K--'), 'J'), '--J--'),
            'I',
          ),
          '--I--',
        ),
      ),
      end,
    ),
    images: [jpg],
    rawKept: true,
  },
  {
    name: 'a broken nested one beside an image',
    body: glue(part([field, 'Content-Type: multipart/mixed; boundary=I'], glue(part([], png, 'I'))), image, end),
    images: [jpg],
    rawKept: true,
  },
  {
    name: 'an image that calls itself multipart',
    body: glue(part(['Content-Type: multipart/mixed; boundary=I'], png), end),
    images: [png],
  },
  {
    name: '10,000 parts, the image last',
    body: glue(part([field], 'x').toString('latin1').repeat(9999), image, end),
    images: [jpg],
    rawKept: true,
  },
  { name: 'no part at all', body: glue(end), images: [] },
  { name: 'no image', body: glue(part([field], 'text'), end), images: [] },
  {
    name: 'an image by its words alone',
    body: glue(part([file, 'Content-Type: image/jpeg'], 'no image'), end),
    images: [],
  },
  { name: 'an empty file', body: glue(part([file, 'Content-Type: image/jpeg'], ''), end), images: [] },
  { name: 'an SVG', body: glue(part([file, 'Content-Type: image/svg+xml'], '<svg/>'), end), images: [] },
  {
    name: '10,000 parts without an image',
    body: glue(part([field], 'x').toString('latin1').repeat(10_000), end),
    images: [],
  },
  { name: 'a form, urlencoded', type: 'application/x-www-form-urlencoded', body: Buffer.from('a=b&c=d'), images: [] },
  { name: 'multipart, but not called so', type: 'application/octet-stream', body: glue(image, end), images: [] },
]
