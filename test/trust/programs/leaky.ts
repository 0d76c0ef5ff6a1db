import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { programCommand } from '../../../src/util/program-file.ts'
import { encodings } from '../../support/encodings.ts'

/**
 * Plays a Kometa that leaks everything it knows: every secret in every encoding, whole and in two writes, on its
 * outputs, in meta.log and in its requests to the proxy. Arguments: run config, JSON file of secrets, how it ends
 * (success, crash).
 */
const [configPath = '', secretsFile = '', end = ''] = process.argv.slice(2)
const text = readFileSync(configPath, 'utf8')
const url = /url: ["']?(http:\/\/(?:127\.0\.0\.1|localhost):\d+)/.exec(text)?.[1] ?? ''
const token = /token: ["']?([^\s"']+)/.exec(text)?.[1] ?? ''
const secrets = [...(JSON.parse(readFileSync(secretsFile, 'utf8')) as string[])]
const metaLog = join(dirname(configPath), 'logs', 'meta.log')
mkdirSync(dirname(metaLog), { recursive: true })

function ask(method: string, target: string, headers: Record<string, string> = {}): Promise<void> {
  return new Promise((resolve) => {
    const sent = request(url, { method, path: target, headers: { 'X-Plex-Token': token, ...headers } }, (answer) =>
      answer.resume().once('close', resolve),
    )
    sent.once('error', () => resolve())
    sent.end()
  })
}

if (end === 'success') {
  const { command, args } = programCommand('demo/sample-renderer/main')
  spawnSync(command, [...args, '--config', configPath, '--run', '--overlays-only'], { stdio: 'inherit' })
}

const outputs: ((bytes: Buffer) => void)[] = [
  (bytes) => process.stdout.write(bytes),
  (bytes) => process.stderr.write(bytes),
  (bytes) => appendFileSync(metaLog, bytes),
]
for (const secret of [...secrets, token]) {
  for (const [name, encode] of encodings) {
    const bytes = encode(secret)
    for (const write of outputs) {
      write(
        Buffer.concat([
          Buffer.from(`[2026-11-22 10:00:00,000] [x.py:1] [INFO] | ${name}: `),
          bytes,
          Buffer.from(' | in one\n'),
        ]),
      )
      const middle = Math.floor(bytes.length / 2)
      write(Buffer.concat([Buffer.from('in two: '), bytes.subarray(0, middle)]))
      // Long enough for the reader to see the first half on its own.
      await wait(4)
      write(Buffer.concat([bytes.subarray(middle), Buffer.from('\n')]))
    }
  }
}
for (const secret of secrets) {
  const quoted = encodeURIComponent(secret)
  await ask('GET', `/library/metadata/101?X-Plex-Token=${quoted}`)
  await ask('GET', `/library/metadata/${quoted}`)
  await ask('GET', `/library/sections/1/all?type=1&apikey=${quoted}`)
  await ask('PUT', `/library/sections/1/all?type=1&id=101&title.value=${quoted}&title.locked=1`)
  await ask(
    'POST',
    `/library/metadata/101/posters?url=${encodeURIComponent(`https://127.0.0.1:1/a.jpg?api_key=${quoted}&X-Plex-Token=${quoted}`)}`,
  )
  await ask('DELETE', `/${quoted}`, { 'User-Agent': secret.replace(/[^ -~]/g, '') })
  await ask('GET', '/library/metadata/101', { 'X-Plex-Token': secret.replace(/[^ -~]/g, '') })
}
if (end === 'crash') throw new Error(`Plex said no to ${secrets.join(' and ')}`)
