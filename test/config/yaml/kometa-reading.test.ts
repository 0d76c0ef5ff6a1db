import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type JobConfig, loadConfirmedConfig, loadJobConfig } from '../../../src/config/read/user-config.ts'
import { makeRunConfig } from '../../../src/config/run-config/run-config.ts'
import type { AskKometaYaml } from '../../../src/config/yaml/kometa-reading.ts'
import { AppError } from '../../../src/contract/errors.ts'
import { type AskPython, createLocalPython } from '../../../src/kometa/install/ask-python.ts'
import { createKometaYaml } from '../../../src/kometa/yaml/kometa-yaml.ts'
import { pythonEnvironment, pythonMissing } from '../../clients/python-env.ts'
import { canaries, type JobWorld, run, startJobWorld } from '../../e2e/job-world.ts'
import { kometaPython, runPython } from '../python.ts'

const missing = kometaPython === undefined ? pythonMissing() : null

const head = `plex: {url: "http://127.0.0.1:9", token: ${canaries.plex}}
tmdb: {apikey: 0123456789abcdef0123456789abcdef}
`
/**
 * Flow collections and quoted text that is not indented further than its key. Kometa accepts them, the yaml package
 * does not.
 */
const lessIndented = `${head}libraries:
  Movies:
    overlay_files: [
    {file: o.yml},
    {default: resolution}
  ]
    template_variables: {
  note: "one

two"
}
`

describe.skipIf(missing !== null)('the YAML reader of the user’s own Kometa is the judge', () => {
  let python = ''
  let dir = ''
  let questions: number[]
  let readYaml: AskKometaYaml
  const memory = () => join(dir, 'data-readings.json')
  const write = (text: string, name = 'config.yml') => writeFileSync(join(dir, name), text)
  const source = () => ({ kind: 'config' as const, configPath: join(dir, 'config.yml') })
  const load = () => loadConfirmedConfig(source(), { env: {}, readYaml })
  const failure = async (loading: Promise<unknown>): Promise<AppError> => {
    const error: unknown = await loading.then(
      () => null,
      (reason: unknown) => reason,
    )
    if (error instanceof AppError) return error
    throw error ?? new Error('no error')
  }

  beforeAll(() => {
    python = kometaPython ?? pythonEnvironment('yaml')
  }, 300_000)
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kp-yaml-'))
    questions = []
    const local = createLocalPython({ python, dir: process.env.KOMETA_HOME ?? dir, home: dir, env: process.env })
    const ask: AskPython = (question) => {
      questions.push(JSON.parse(String(question.input)).length)
      return local(question)
    }
    readYaml = createKometaYaml({ ask, identity: 'one', memoryFile: memory() })
    write('overlays: {a: {plex_all: true, overlay: {name: blur(5)}}}\n', 'o.yml')
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  test('its reading is used, and the run config says the same', async () => {
    write(lessIndented)
    const config = await load()
    expect(config.libraries[0]?.overlayFiles.map(({ value }) => value)).toEqual(['o.yml', 'resolution'])
    const { text } = makeRunConfig(config, {
      libraries: ['Movies'],
      proxies: [{ url: 'http://127.0.0.1:1', token: 'x' }],
    })
    const program =
      'import json,sys,ruamel.yaml; print(json.dumps(ruamel.yaml.YAML().load(json.load(sys.stdin))["libraries"]["Movies"]))'
    expect(runPython(program, text, python)).toMatchObject({
      overlay_files: [{ file: 'o.yml' }, { default: 'resolution' }],
      template_variables: { note: 'one\ntwo' },
    })
  })

  test.each([
    ['a tab behind a value', 'settings: {cache: false}\t\n', /line 6, column 25: .*tab/],
    ['a line of a tab alone', '\t\nsettings: {cache: false}\n', /line 6, column 1: .*tab/],
    ['two merge keys', 'a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n', /line 9, column 3: /],
    ['a date that is none', 'settings: {when: 2024-13-45}\n', /config\.yml/],
    ['a YAML of another age', '', /config\.yml/],
  ])('a file that it refuses is refused: %s', async (what, more, words) => {
    const front = what === 'a YAML of another age' ? '%YAML 1.7\n---\n' : ''
    write(`${front}${head}libraries:\n  Movies:\n    overlay_files: [{file: o.yml}]\n${more}`)
    const error = await failure(load())
    expect(error.code).toBe('CONFIG_INVALID_YAML')
    expect(error.message).toMatch(words)
    expect(`${error.message} ${error.details}`).not.toContain(canaries.plex)
  })

  test('a value that it reads differently: a boolean of YAML 1.1', async () => {
    write(`%YAML 1.1\n---\n${head}libraries:\n  Movies:\n    remove_overlays: yes\n`)
    expect((await load()).libraries[0]?.removeOverlays).toBe(true)
    write(`${head}libraries:\n  Movies:\n    remove_overlays: &x true\n    overlay_files: [{file: o.yml}]\n`)
    // Kometa does not treat an anchored boolean as True.
    expect((await load()).libraries[0]?.removeOverlays).toBe(false)
  })

  test('all files are in one question, no file is asked about twice, and no value is remembered', async () => {
    write(`${head}libraries:\n  Movies:\n    overlay_files: [{file: o.yml}, {file: p.yml}]\n`)
    write('overlays: {b: {plex_all: true, overlay: {name: blur(6)}}}\n', 'p.yml')
    await load()
    expect(questions).toEqual([3])
    await load()
    expect(questions).toEqual([3])
    write('overlays: {b: {plex_all: true, overlay: {name: blur(7)}}}\n', 'p.yml')
    const config = await load()
    await config.files.read(join(dir, 'p.yml'))
    expect(questions).toEqual([3, 1])
    expect(readFileSync(memory(), 'utf8')).not.toContain(canaries.plex)
    write(`${lessIndented}x: [\ny: ${canaries.plex}: z\n`)
    await failure(load())
    write(
      `${head}libraries:\n  Movies:\n    overlay_files: [{file: o.yml}]\n    a: ${canaries.plex}\n    a: ${canaries.plex}2\n`,
    )
    await failure(load())
    expect(readFileSync(memory(), 'utf8')).not.toContain(canaries.plex)
  })

  test('a broken cache or another interpreter costs only one more question', async () => {
    write(`${head}libraries:\n  Movies:\n    overlay_files: [{file: o.yml}]\n`)
    await load()
    writeFileSync(memory(), '{"half')
    await load()
    expect(questions).toEqual([2, 2])
    readYaml = createKometaYaml({
      ask: createLocalPython({ python, dir, home: dir, env: process.env }),
      identity: 'another',
      memoryFile: memory(),
    })
    const before = readFileSync(memory(), 'utf8').length
    await load()
    expect(readFileSync(memory(), 'utf8').length).toBeGreaterThan(before)
  })

  test('a warning says that an interpreter could not be asked, and our own reading counts', async () => {
    write(`${head}libraries:\n  Movies:\n    overlay_files: [{file: o.yml}]\n`)
    const ask = createLocalPython({ python: join(dir, 'no-python'), dir, home: dir, env: process.env })
    readYaml = createKometaYaml({ ask, identity: 'one', memoryFile: memory() })
    const config = await load()
    expect(config.libraries).toHaveLength(1)
    expect(config.files.warnings()).toEqual([
      expect.stringMatching(/^Kometa's own reader could not check these YAML files.*ENOENT/),
    ])
  })

  describe('a job', () => {
    let world: JobWorld
    beforeEach(async () => {
      world = await startJobWorld()
    })
    afterEach(async () => {
      world.assertUntouched()
      await world[Symbol.asyncDispose]()
    })
    const config = (more: string): Promise<JobConfig> => {
      writeFileSync(world.configPath, readFileSync(world.configPath, 'utf8') + more)
      return loadJobConfig({ kind: 'config', configPath: world.configPath }, { env: {}, readYaml })
    }

    test('does not start with a file that Kometa refuses', async () => {
      // The yaml package reads it as a date of its own kind.
      const error = await failure(run(world, { specs: ['Nosferatu'], config: await config('x: 2024-13-45\n') }))
      expect(error).toMatchObject({ code: 'CONFIG_INVALID_YAML' })
    })

    test('runs with the values that Kometa reads', async () => {
      const libraries = 'Movies: {overlay_files: [{default: resolution}], remove_overlays: &no true}'
      writeFileSync(
        world.configPath,
        readFileSync(world.configPath, 'utf8')
          .replace(/Movies: .*/, libraries)
          .replace(/^/, '%YAML 1.1\n---\n'),
      )
      const { summary } = await run(world, { specs: ['Nosferatu'], config: await config('') })
      expect(summary.status).toBe('success')
      expect(summary.targets[0]?.restore).toBe(false)
    })
  })
})
