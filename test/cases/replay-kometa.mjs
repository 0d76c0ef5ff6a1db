// Plays a Kometa whose run is on record: writes its log and sends its requests, in order, to the Plex of its config.
// Arguments: the recording, a marked picture, a plain picture, the user's folder, then Kometa's own arguments.
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'

const [recording, marked, plain, root, ...rest] = process.argv.slice(2)
const configPath = rest[rest.indexOf('--config') + 1]
const config = parse(readFileSync(configPath, 'utf8'))
const { url, token } = config.plex
const names = Object.keys(config.libraries)
const { processes } = JSON.parse(gunzipSync(readFileSync(recording)))
const run = processes.find(({ libraries }) => libraries.join('\n') === names.join('\n'))
if (!run) throw new Error(`no recording of a Kometa for ${names.join(', ')}`)

const pictures = { marked: readFileSync(marked), plain: readFileSync(plain) }
const logs = join(dirname(configPath), 'logs')
mkdirSync(logs, { recursive: true })
const log = join(logs, 'meta.log')

const pad = (number, length) => String(number).padStart(length, '0')
function stamp() {
  const now = new Date()
  const day = `${now.getFullYear()}-${pad(now.getMonth() + 1, 2)}-${pad(now.getDate(), 2)}`
  const time = `${pad(now.getHours(), 2)}:${pad(now.getMinutes(), 2)}:${pad(now.getSeconds(), 2)}`
  return `[${day} ${time},${pad(now.getMilliseconds(), 3)}]`
}

function send({ method, target, image }) {
  const body = image ? pictures[image] : undefined
  // In the recorded run an upload by address came through the proxy of that run; here the picture itself is sent.
  const path = image ? target.split('?')[0] : target
  const headers = { 'x-plex-token': token, ...(body ? { 'content-length': body.length } : {}) }
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { method, headers }, (answer) => {
      answer.resume()
      answer.once('end', resolve)
      answer.once('error', reject)
    })
    call.once('error', reject)
    call.end(body)
  })
}

/** The paths and addresses for which the recording has placeholders. */
const workspace = /^.*\/workspace-[^/]+/.exec(configPath)?.[0] ?? dirname(configPath)
const here = (line) => line.replaceAll('/home/user/workspace', workspace).replaceAll('/home/user/kometa', root)

for (const step of run.steps) {
  if (step.log === undefined) await send(step)
  else appendFileSync(log, `${here(step.log).replace(/^\[[\d-]+ [\d:,]+\]/, stamp())}\n`)
}
process.exitCode = run.exitCode
