import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { smallLibraries } from '../support/sample-plex.ts'
import { startSamplePlex } from '../support/watched-plex.ts'
import { defaultConfig, openStudio, plexToken, type TestStudio } from './open-studio.ts'

/** The path that a user types for a config, and what is said about a config that cannot be used. */
let it: TestStudio
beforeAll(async () => {
  it = await openStudio()
})
afterAll(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
})

const connect = (path: string) => it.call('connect', { body: { kind: 'path', path } })

describe('a path', () => {
  test('may begin with ~, the home of the user who runs the studio', async () => {
    expect((await connect('~/config/config.yml')).body.source).toMatchObject({ path: it.configPath })
    const listed = await it.get('listFolder', { query: { path: '~/config' } })
    expect(listed.path).toBe(join(it.dir, 'config'))
    // `~other`, or a `~` in the middle, is a name like any other.
    expect((await connect('~root/config.yml')).status).toBe(403)
  })

  test('may name the folder of the config, or the folder above it', async () => {
    const folder = join(it.dir, 'config')
    expect((await connect(folder)).body.source).toMatchObject({ path: it.configPath, name: 'config.yml' })
    expect((await connect(`${folder}/`)).body.source).toMatchObject({ path: it.configPath })
    const inside = join(folder, 'kometa', 'config')
    await mkdir(inside, { recursive: true })
    await writeFile(join(inside, 'config.yml'), defaultConfig(it.plex))
    expect((await connect(join(folder, 'kometa'))).body.source).toMatchObject({ path: join(inside, 'config.yml') })
    await rm(join(folder, 'kometa'), { recursive: true })
  })

  test('to a folder without a config is answered with the configs that are there', async () => {
    const folder = join(it.dir, 'config', 'others')
    await mkdir(folder)
    await writeFile(join(folder, 'films.yml'), '')
    const { status, body } = await connect(folder)
    expect([status, body]).toMatchObject([
      404,
      {
        error: {
          message: `The folder ${folder} has no config.yml.`,
          hint: 'It has films.yml: choose one of them.',
        },
      },
    ])
    const missing = await connect(join(folder, 'config.yml'))
    expect([missing.status, missing.text]).toEqual([404, expect.stringContaining(join(folder, 'config.yml'))])
  })

  test('leads out of the allowed folders in no spelling', async () => {
    const folder = join(it.dir, 'config', 'linked')
    await mkdir(folder)
    await writeFile(join(it.dir, 'secret.yml'), defaultConfig(it.plex))
    await symlink(join(it.dir, 'secret.yml'), join(folder, 'config.yml'))
    for (const path of [folder, it.dir, '~', '~/', '~/..']) {
      expect([path, (await connect(path)).status]).toEqual([path, 403])
    }
  })
})

describe('what is said about', () => {
  test('a token that Plex refuses: the server answers, and refuses it', async () => {
    await using plex = await startSamplePlex({
      libraries: smallLibraries(),
      token: plexToken,
      witness: { token: [plexToken, 'AnOldTokenOfTheUser1'] },
    })
    await using other = await openStudio({
      plex,
      config: (peer) => defaultConfig({ ...peer, url: peer.url, token: 'AnOldTokenOfTheUser1' }),
    })
    const connection = await other.get('connect', { body: { kind: 'path', path: other.configPath } })
    expect(connection).toMatchObject({ usable: false, isRead: true })
    expect(connection.servers).toMatchObject([{ problem: { code: 'PLEX_TOKEN_REFUSED' } }])
    const why = connection.libraries.map(({ problem }) => problem)
    expect(why).toEqual(['Its Plex server refuses the token.', 'Its Plex server refuses the token.'])
  })

  test('a server that is not there: it does not answer', async () => {
    await writeFile(it.configPath, defaultConfig(it.plex).replace(it.plex.url, 'http://127.0.0.1:9'))
    const { body } = await connect(it.configPath)
    expect(body.libraries[0]?.problem).toBe('Its Plex server does not answer.')
  })

  test('a text that is no YAML: its libraries are not known', async () => {
    await writeFile(it.configPath, 'plex:\n  url: "http://x\nlibraries:\n  Movies: {}\n')
    expect((await connect(it.configPath)).body).toMatchObject({ isRead: false, usable: false, libraries: [] })
    const checked = await it.get('checkConfig', { body: { text: 'libraries: [' } })
    expect(checked).toMatchObject({ isRead: false, usable: false })
    await writeFile(it.configPath, defaultConfig(it.plex))
    expect((await connect(it.configPath)).body.isRead).toBe(true)
  })
})
