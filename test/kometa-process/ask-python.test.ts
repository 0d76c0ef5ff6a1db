import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { findDocker } from '../../src/kometa/docker/docker-cli.ts'
import { inspectImage } from '../../src/kometa/docker/docker-image.ts'
import { createImagePython } from '../../src/kometa/docker/docker-python.ts'
import { type AskPython, askPythonJson, createLocalPython, PythonFailed } from '../../src/kometa/install/ask-python.ts'
import { imageName, standInDocker } from '../docker/docker-world.ts'

const python3 = spawnSync('python3', ['-c', 'import sys; assert sys.version_info >= (3, 10)']).status === 0

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kp-python-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const local = (env: NodeJS.ProcessEnv = process.env): AskPython =>
  createLocalPython({ python: 'python3', dir: folder, home: folder, env, extra: { PYTHONUSERBASE: '/user/base' } })

async function inContainer(): Promise<{ ask: AskPython; docker: ReturnType<typeof standInDocker> }> {
  const docker = standInDocker(folder)
  const cli = await findDocker(docker.env)
  return { ask: createImagePython(cli, await inspectImage(cli, imageName)), docker }
}

const answerOf = (asking: Promise<unknown>): Promise<unknown> => asking.catch((error: unknown) => error)

// A container of the stand-in runs the machine's own python3.
describe.skipIf(!python3 || process.platform === 'win32').each(['local', 'container'] as const)('%s', (place) => {
  const ask = async (): Promise<AskPython> => (place === 'local' ? local() : (await inContainer()).ask)

  test('passes arguments, input and a file, and returns what the program prints', async () => {
    const file = join(folder, 'a file, "quoted".txt')
    writeFileSync(file, 'from the file')
    const script = 'import sys; print(sys.argv[1:], sys.stdin.read(), open(sys.argv[2]).read())'
    const answer = await (await ask())({ script, args: ['one', file], input: 'größe\n€', reads: [file] })
    expect(answer).toBe(`['one', '${file}'] größe\n€ from the file\n`)
  })

  test('reports a program that fails, takes too long or prints too much in one line', async () => {
    const failed = await answerOf((await ask())({ script: 'import no_such_module' }))
    expect(failed).toBeInstanceOf(PythonFailed)
    expect(failed).toMatchObject({ message: "ModuleNotFoundError: No module named 'no_such_module'" })
    const loud = await answerOf((await ask())({ script: 'print("x" * 100000)', maxOutputBytes: 1000 }))
    expect(loud).toMatchObject({ message: 'it printed more than 1000 bytes' })
  })

  test('accepts a program that does not read its input', async () => {
    expect(await (await ask())({ script: 'print("done")', input: 'x'.repeat(1_000_000) })).toBe('done\n')
  })

  test('ends the program when the signal aborts, with the signal’s reason', async () => {
    const started = join(folder, 'started')
    const controller = new AbortController()
    const script = 'import sys, time; open(sys.argv[1], "w").write("1"); time.sleep(600)'
    const asking = answerOf((await ask())({ script, args: [started], signal: controller.signal }))
    while (!existsSync(started)) await new Promise((resolve) => setTimeout(resolve, 10))
    controller.abort(new Error('the user has gone'))
    expect(await asking).toMatchObject({ message: 'the user has gone' })
  })

  test('reads the last line as JSON, and anything else is an error', async () => {
    const schema = z.object({ a: z.number() })
    expect(await askPythonJson(await ask(), { script: 'print("a warning"); print("{\\"a\\": 1}")' }, schema)).toEqual({
      a: 1,
    })
    const wrong = askPythonJson(await ask(), { script: 'print("hello")' }, schema)
    await expect(wrong).rejects.toThrow(PythonFailed)
  })
})

test.skipIf(!python3)('the program gets the same part of the user’s environment as Kometa', async () => {
  const script = 'import json, os; print(json.dumps(dict(os.environ)))'
  const env = z.record(z.string(), z.string())
  const seen = await askPythonJson(
    local({ PATH: process.env.PATH, KOMETA_PLEX_TOKEN: 'secret', TZ: 'Europe/Berlin' }),
    { script },
    env,
  )
  expect(seen).toMatchObject({ TZ: 'Europe/Berlin', PYTHONUSERBASE: '/user/base', HOME: folder })
  expect(Object.keys(seen)).not.toContain('KOMETA_PLEX_TOKEN')
})

test.skipIf(!python3)('a program that takes too long is ended', async () => {
  const slow = answerOf(local()({ script: 'import time; time.sleep(600)', timeoutMs: 200 }))
  expect(await slow).toMatchObject({ message: 'no answer in 0.2 s' })
})

test.skipIf(!python3 || process.platform === 'win32')(
  'a container is asked without network and rights, and is gone after an abort',
  async () => {
    const { ask, docker } = await inContainer()
    const controller = new AbortController()
    const asking = answerOf(ask({ script: 'import time; time.sleep(600)', signal: controller.signal }))
    while (docker.containers().size === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    controller.abort(new Error('enough'))
    await asking
    expect(docker.containers().size).toBe(0)
    const words = docker.calls().map(({ argv }) => argv.join(' '))
    expect(words.filter((line) => line.startsWith('run') && line.includes('signal.alarm(80)'))).toEqual([
      expect.stringMatching(/^run --rm --pull never .*--network none --read-only --cap-drop ALL/),
    ])
    expect(readFileSync(join(docker.home, 'calls.jsonl'), 'utf8')).toContain('"rm","--force"')
  },
)
