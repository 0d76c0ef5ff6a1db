import { mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * A renderer that writes this many lines per second until it is ended, as Kometa does while it draws:
 * `talking-renderer.ts <lines per second> … --config <file>`.
 */
const linesPerSecond = Number(process.argv[2])
const configPath = process.argv[process.argv.indexOf('--config') + 1] ?? ''
const tickMs = 100

const folder = join(dirname(configPath), 'logs')
mkdirSync(folder, { recursive: true })
const log = openSync(join(folder, 'meta.log'), 'a')

function say(file: string, text: string): void {
  const now = new Date()
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`
  const prefix = `[${day} ${time},${String(now.getMilliseconds()).padStart(3, '0')}] [${file}:1]`.padEnd(53)
  writeSync(log, `${prefix} [INFO]     | ${text.padEnd(98)} |\n`)
}

say('kometa.py', 'Starting Run')
let count = 0
let due = 0
setInterval(() => {
  due += (linesPerSecond * tickMs) / 1_000
  for (; due >= 1; due -= 1) {
    count += 1
    say('overlays.py', `(${count}/100000) Film number ${count} has an overlay of its own`)
  }
}, tickMs)
