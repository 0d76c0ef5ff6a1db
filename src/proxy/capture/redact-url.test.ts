import { expect, test } from 'vitest'
import { redactUrl, withoutPlexToken } from './redact-url.ts'

const secret = 'kCANARYkCANARYkCANAR'

test.each([
  ['https://image.tmdb.org/t/p/original/x.jpg', 'https://image.tmdb.org/t/p/original/x.jpg'],
  [
    `http://127.0.0.1:32500/library/metadata/1/thumb/2?X-Plex-Token=${secret}`,
    'http://127.0.0.1:32500/library/metadata/1/thumb/2',
  ],
  [`http://h/a?x=1&X-Plex-Token=${secret}&y=2`, 'http://h/a?x=1&y=2'],
  [`http://h/a?x-plex-token=${secret}&x-PLEX-token=${secret}`, 'http://h/a'],
  [`http://h/a?X%2DPlex%2dToken=${secret}`, 'http://h/a'],
  [`http://h/a?%58-Plex-Token=${secret}&b`, 'http://h/a?b'],
  [`http://h/photo?width=1&url=%2Flibrary%2F1%3FX-Plex-Token%3D${secret}`, 'http://h/photo?width=1'],
  [`http://h/photo?url=%252Flibrary%253FX-Plex-Token%253D${secret}&h=2`, 'http://h/photo?h=2'],
  [`https://user:${secret}@h/a.jpg`, 'https://h/a.jpg'],
  [`https://${secret}@h:8080/a.jpg?b=@`, 'https://h:8080/a.jpg?b=@'],
  [`https://h/a.jpg?api_key=${secret}&size=1`, 'https://h/a.jpg?size=1'],
  [`https://h/a.jpg?access_token=${secret}&apikey=${secret}&sig=${secret}`, 'https://h/a.jpg'],
  [
    `https://h/a.jpg?key=${secret}&AUTH=${secret}&api-key=${secret}&password=${secret}&signature=${secret}&x`,
    'https://h/a.jpg?x',
  ],
  ['https://h/a.jpg?keyword=a&author=b&sign=c&monkey=d', 'https://h/a.jpg?keyword=a&author=b&sign=c&monkey=d'],
  [`https://h/a.jpg#X-Plex-Token=${secret}`, 'https://h/a.jpg'],
  [`not a url X-Plex-Token=${secret}`, 'not a url X-Plex-Token=(redacted)'],
  ['', ''],
])('%s', (url, expected) => {
  expect(redactUrl(url)).toBe(expected)
  expect(redactUrl(url)).not.toContain(secret)
})

test('a record never grows past its limit', () => {
  expect(redactUrl(`data:image/png;base64,${'A'.repeat(100_000)}`)).toHaveLength(2048)
})

test('to a foreign host goes the URL as it is, without what is Plex’s', () => {
  expect(withoutPlexToken(`https://h/a?api_key=1&X-Plex-Token=${secret}&b=2`)).toBe('https://h/a?api_key=1&b=2')
})
