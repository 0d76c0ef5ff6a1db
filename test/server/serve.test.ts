import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kometa-preview-serve-'))
})
afterAll(() => rm(dir, { recursive: true }))

/** Runs `serve` until its output matches, and can end it as a user does. */
async function serve(args: string[], until: RegExp, env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'serve-child.ts'), 'serve', ...args],
    {
      env: { PATH: process.env.PATH ?? '', HOME: dir, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  let text = ''
  child.stderr.setEncoding('utf8')
  const exited = once(child, 'exit')
  await Promise.race([
    exited,
    new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: string) => {
        text += chunk
        if (until.test(text)) resolve()
      })
    }),
  ])
  return {
    text: () => text,
    match: until.exec(text),
    /** Ends `serve`, or waits until it has ended by itself. */
    async end(signal: NodeJS.Signals | null = 'SIGINT') {
      if (signal) child.kill(signal)
      const [code] = await exited
      return code
    },
  }
}

test('serve prints its address, answers, and ends in order', async () => {
  const running = await serve(['--port', '0', '--data', join(dir, 'one')], /at (http:\/\/127\.0\.0\.1:\d+)\n/)
  const url = running.match?.[1] ?? ''
  const health = await request(`${url}/api/health`)
  expect(await health.body.json()).toEqual({ status: 'ok', version: '0.0.0-test' })
  const session = await request(`${url}/api/session`)
  expect(await session.body.json()).toMatchObject({ passwordNeeded: false })
  expect(await running.end()).toBe(0)
}, 90_000)

test('on an open address a password is made and printed once, or taken from a file', async () => {
  const options = ['--host', '0.0.0.0', '--port', '0', '--data', join(dir, 'two')]
  const made = await serve(options, /:(\d+)\nPassword: (\S{16})\n/)
  const [, port, password] = made.match ?? []
  const signIn = (word: string) =>
    request(`http://127.0.0.1:${port}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password: word }),
    })
  expect((await signIn('wrong')).statusCode).toBe(401)
  expect((await signIn(password ?? '')).statusCode).toBe(200)
  expect(await made.end()).toBe(0)

  await writeFile(join(dir, 'password'), 'from a file\n')
  const given = await serve([...options, '--password-file', join(dir, 'password')], /at http.*\n/)
  expect(given.text()).not.toContain('from a file')
  expect(await given.end()).toBe(0)
  const noJob = await serve(['--port', '0', '--data', join(dir, 'three'), '--job', dir], /is no job folder/)
  expect(await noJob.end(null)).toBe(2)
  const missing = await serve([...options, '--password-file', join(dir, 'none')], /cannot be read/)
  expect(await missing.end(null)).toBe(2)
}, 90_000)
