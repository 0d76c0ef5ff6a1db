import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { serveWords } from './peer.ts'
import { startBenchProxy } from './start-proxy.ts'
import { picture, pictureBytes } from './upload-picture.ts'

/**
 * One side of the uploads bench. `proxy FOLDER` takes uploads until the bench disconnects. `loop FOLDER COUNT` writes
 * and syncs the same bytes, one file after the other, and sends how long that took. No program that promises to have
 * the bytes can do less.
 */
const [, , role = '', folder = '', count = '0'] = process.argv

function writeAll(): number {
  mkdirSync(folder, { recursive: true })
  const { head, rest } = picture(0)
  const whole = Buffer.concat([head, rest])
  const started = performance.now()
  for (let number = 0; number < Number(count); number++) {
    picture(number).head.copy(whole)
    const file = openSync(join(folder, `${number}.jpg`), 'wx')
    for (let at = 0; at < pictureBytes; ) at += writeSync(file, whole, at)
    fsyncSync(file)
    closeSync(file)
  }
  return performance.now() - started
}

if (role === 'loop') serveWords({ ms: writeAll() }, {})
else {
  const { proxy, captures } = await startBenchProxy('http://127.0.0.1:1', folder)
  serveWords(
    { url: proxy.url },
    {
      peak: () => process.resourceUsage().maxRSS * 1024,
      kept: () => captures.list().map(({ sha256, size_bytes, parse_error }) => ({ sha256, size_bytes, parse_error })),
    },
  )
}
