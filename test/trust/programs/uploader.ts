import { spawn } from 'node:child_process'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'

/**
 * Plays Kometa: uploads bodies that prove their own completeness, four in parallel, and writes down the hash of each
 * acknowledged one and the status of each other one. Arguments: run config, file of acknowledgements, file of process
 * ids, number of uploads (0: without end), their maximum size, and a file whose appearance ends it.
 */
const [configPath = '', acksFile = '', pidsFile = '', count = '0', maxBytes = '300000', enough = ''] =
  process.argv.slice(2)
const text = readFileSync(configPath, 'utf8')
const url = /url: ["']?(http:\/\/(?:127\.0\.0\.1|localhost):\d+)/.exec(text)?.[1] ?? ''
const token = /token: ["']?([^\s"']+)/.exec(text)?.[1] ?? ''

// What Kometa leaves behind: a child in its process group that does not end on its own.
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
writeFileSync(pidsFile, `${process.pid}\n${child.pid ?? ''}\n`)

function selfProving(): Buffer {
  const data = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(randomInt(1_000, Number(maxBytes)))])
  return Buffer.concat([data, createHash('sha256').update(data).digest()])
}

function upload(body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/library/metadata/101/posters`,
      { method: 'POST', headers: { 'X-Plex-Token': token, 'Content-Length': body.length } },
      (answer) => {
        answer.resume().once('end', () => {
          if (answer.statusCode === 200 && answer.complete) {
            appendFileSync(acksFile, `${createHash('sha256').update(body).digest('hex')}\n`)
          } else appendFileSync(acksFile, `refused with ${answer.statusCode}\n`)
          resolve()
        })
        answer.once('error', reject)
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
}

let left = count === '0' ? Number.POSITIVE_INFINITY : Number(count)
async function loop(): Promise<void> {
  while (left > 0 && !existsSync(enough)) {
    left -= 1
    await upload(selfProving())
  }
}
await Promise.all([loop(), loop(), loop(), loop()])
child.kill()
