import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeJobFile } from '../../../src/config/read/job-file.ts'
import type { LoadOptions } from '../../../src/config/read/load-options.ts'
import { type ConfigSource, type JobConfig, loadJobConfig } from '../../../src/config/read/user-config.ts'
import { openTrust } from '../../../src/config/trust/trust.ts'
import type { AppError } from '../../../src/contract/errors.ts'
import { openBeneath } from '../../../src/util/beneath/beneath.ts'

const token = 'kCANARYtokenOfTheUser01'
const evil = 'http://evil.example:32400'
const movies = 'libraries: {Movies: {overlay_files: [{default: resolution}]}}\n'
const users = `plex: {url: "http://10.0.0.5:32400", token: ${token}}\ntautulli: {url: "http://10.0.0.6:8181", apikey: kCANARYtautulli01}\nradarr: {url: "http://10.0.0.7:7878", token: kCANARYradarr0001}\n${movies}`
/** What a user's shell or CI may contain. */
const env = { KOMETA_PLEXTOKEN: token, KOMETA_PLEX_TOKEN: token, KOMETA_TMDB: 'kCANARYtmdb0000001' }

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'secret-pairs-'))
  await put('kometa/config/config.yml', users)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const at = (path: string) => join(dir, path)
async function put(path: string, text: string): Promise<string> {
  await mkdir(dirname(at(path)), { recursive: true })
  await writeFile(at(path), text)
  return at(path)
}
const trust = () => openTrust(at('data'))
const load = (source: ConfigSource, options: Partial<LoadOptions> = {}): Promise<JobConfig> =>
  loadJobConfig(source, { env, trust: trust(), ...options })
const job = (options: Partial<LoadOptions> = {}) => load({ kind: 'job', jobDir: at('job') }, options)
const userConfig = (options: Partial<LoadOptions> = {}) =>
  load({ kind: 'config', configPath: at('kometa/config/config.yml') }, options)

async function refusal(loading: Promise<unknown>): Promise<AppError> {
  const error = await loading.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ code: 'SECRET_NOT_SENT', exitCode: 2, hint: expect.stringMatching(/\w/) })
  const said = JSON.stringify([(error as AppError).message, (error as AppError).hint, (error as AppError).details])
  expect(said).not.toContain('CANARY')
  expect(said).not.toMatch(/\\n/)
  return error as AppError
}

const victim = 'config: ../kometa/config/config.yml, targets: []'

describe("a foreign job folder gets none of the user's secrets", () => {
  test.each<[string, string]>([
    ["his config beside the job's own address", `preview: {${victim}}\nplex: {url: "${evil}"}\n`],
    [
      'the same through his absolute path',
      `preview: {config: DIR/kometa/config/config.yml, targets: []}\nplex: {url: "${evil}"}\n`,
    ],
    [
      "a library's own address, his token inherited",
      `preview: {${victim}}\nlibraries: {Movies: {plex: {url: "${evil}"}, overlay_files: [{default: resolution}]}}\n`,
    ],
    [
      'the same for Tautulli',
      `preview: {${victim}}\nlibraries: {Movies: {tautulli: {url: "${evil}"}, overlay_files: [{default: resolution}]}}\n`,
    ],
    [
      'the same for Radarr, by an alias',
      `preview: {${victim}}\nx: &e {url: "${evil}"}\nlibraries: {Movies: {radarr: *e, overlay_files: [{default: resolution}]}}\n`,
    ],
    [
      'the same, merged in',
      `preview: {${victim}}\nx: &e {url: "${evil}"}\nlibraries: {Movies: {plex: {<<: *e}, overlay_files: [{default: resolution}]}}\n`,
    ],
    ['ENV', `preview: {targets: []}\nplex: {url: "${evil}", token: ENV}\n${movies}`],
    ['a name of the environment', `preview: {targets: []}\nplex: {url: "${evil}", token: <<plextoken>>}\n${movies}`],
    ['a name in part of a value', `preview: {targets: []}\nplex: {url: "${evil}", token: x<<plextoken>>}\n${movies}`],
    [
      'a name for a service',
      `preview: {targets: []}\nplex: {url: "${evil}", token: own}\nsonarr: {url: "${evil}", token: <<plextoken>>}\n${movies}`,
    ],
    [
      'a name for a service that a later Kometa may bring',
      `preview: {targets: []}\nplex: {url: "${evil}", token: own}\ntracearr: {base_url: "${evil}", key: <<plextoken>>}\n${movies}`,
    ],
    [
      'a name in an address',
      `preview: {targets: []}\nplex: {url: "${evil}", token: own}\ntautulli: {url: "${evil}/<<plextoken>>/", apikey: own}\n${movies}`,
    ],
    [
      "a name in an overlay's address",
      `preview: {targets: []}\nplex: {url: "${evil}", token: own}\nlibraries: {Movies: {overlay_files: [{url: "${evil}/<<plextoken>>.yml"}]}}\n`,
    ],
    [
      "a name that is asked for at the job's own repository",
      `preview: {targets: []}\nplex: {url: "${evil}", token: own}\nsettings: {custom_repo: "${evil}/"}\nlibraries: {Movies: {overlay_files: [{repo: <<plextoken>>}]}}\n`,
    ],
    [
      'his config, its certificate not looked at any more',
      `preview: {config: ../tls.yml, targets: []}\nplex: {verify_ssl: false}\n`,
    ],
    ['the same by the settings', `preview: {config: ../tls.yml, targets: []}\nsettings: {verify_ssl: false}\n`],
    ['another certificate', `preview: {config: ../tls.yml, plex_fingerprint: "${'ab'.repeat(32)}", targets: []}\n`],
    ['the token for Kometa itself', `preview: {${victim}, expose_token: true}\n`],
  ])('%s', async (_what, text) => {
    await put('tls.yml', users.replace('http://10.0.0.5', 'https://10.0.0.5'))
    const path = await put('job/config/preview.yml', text.replace('DIR', dir).replaceAll('../', '../../'))
    const { message } = await refusal(job())
    // The message names both sources.
    expect(message).toContain(path)
    expect(message).toMatch(/kometa\/config\/config\.yml|tls\.yml|KOMETA_PLEX_?TOKEN of your environment/)
  })

  test('nor does a folder whose own config names a secret in Kometa’s .env', async () => {
    await put('kometa/config/.env', 'KOMETA_FROMDOTENV=kCANARYdotenv0001\n')
    await put('job/config/config.yml', `plex: {url: "${evil}", token: <<fromdotenv>>}\n${movies}`)
    await put('job/config/preview.yml', 'preview: {config: config.yml, targets: []}\n')
    const { message } = await refusal(job({ env: {}, kometaDir: at('kometa') }))
    expect(message).toContain(`KOMETA_FROMDOTENV in ${at('kometa/config/.env')}`)
    expect(message).toContain(evil)
  })

  test('nor one whose config is a link, or leads out of the folder to a file that nobody has named', async () => {
    await put('elsewhere/config.yml', `plex: {url: "${evil}", token: ENV}\n${movies}`)
    await put('job/preview.yml', 'preview: {config: ../elsewhere/config.yml, targets: []}\n')
    await refusal(job())
    await symlink(at('elsewhere/config.yml'), at('job/linked.yml'))
    await put('job/preview.yml', 'preview: {config: linked.yml, targets: []}\n')
    await expect(job()).rejects.toMatchObject({ code: 'JOB_PATH_UNSAFE' })
  })

  test('nor a value that is given in the call: the user did not give the address', async () => {
    await put('job/preview.yml', `preview: {targets: []}\nplex: {url: "${evil}", token: <<mine>>}\n${movies}`)
    const { message, hint } = await refusal(job({ env: {}, secrets: { mine: token } }))
    expect(message).toContain('--secret mine')
    expect(hint).toContain('--trust-job')
  })
})

describe('what a normal user does works without a question', () => {
  test("the user's own config, with names of the environment and addresses in the file", async () => {
    const text = `plex: {url: "http://10.0.0.5:32400", token: <<plextoken>>}\ntmdb: {apikey: <<TMDB>>}\n${movies}`
    await put('kometa/config/config.yml', text)
    expect((await userConfig()).servers).toMatchObject([{ token }])
    expect((await userConfig({ env: {}, secrets: { plextoken: token, tmdb: 'x' } })).servers).toMatchObject([{ token }])
  })

  test('a preview.yml beside the config that has the whole plex section', async () => {
    await put('kometa/config/preview.yml', 'preview: {targets: []}\n')
    expect((await load({ kind: 'job', jobDir: at('kometa') })).servers).toMatchObject([{ token }])
  })

  test("the same, with names in a config in the user's Kometa", async () => {
    await put('kometa/config/config.yml', `plex: {url: "http://10.0.0.5:32400", token: ENV}\n${movies}`)
    await put('kometa/config/preview.yml', 'preview: {targets: []}\n')
    const config = await load({ kind: 'job', jobDir: at('kometa') }, { kometaDir: at('kometa') })
    expect(config.servers).toMatchObject([{ token }])
  })

  test('an address that the user gives in the call or in the environment', async () => {
    await put('job/preview.yml', `preview: {targets: []}\nplex: {url: ENV, token: ENV}\n${movies}`)
    const secrets = { 'plex-url': 'http://10.0.0.9:1' }
    expect((await job({ secrets })).servers).toMatchObject([{ url: 'http://10.0.0.9:1', token }])
    const named = { ...env, KOMETA_PLEX_URL: 'http://10.0.0.8:1' }
    expect((await job({ env: named })).servers).toMatchObject([{ url: 'http://10.0.0.8:1', token }])
    await put('job/preview.yml', `preview: {targets: []}\nplex: {url: <<plexurl>>, token: <<plextoken>>}\n${movies}`)
    const both = { ...env, KOMETA_PLEXURL: 'http://10.0.0.7:1' }
    expect((await job({ env: both })).servers).toMatchObject([{ url: 'http://10.0.0.7:1', token }])
  })

  test('keys of services whose address is Kometa’s own', async () => {
    const plex = 'plex: {url: "http://10.0.0.5:32400", token: own}\n'
    await put('job/preview.yml', `preview: {targets: []}\n${plex}tmdb: {apikey: <<tmdb>>}\n${movies}`)
    expect((await job()).warnings).toEqual([])
  })

  test('a preview.yml that is a whole config, or brings address and token together', async () => {
    await put('job/preview.yml', `preview: {targets: []}\n${users}`)
    expect((await job()).servers).toMatchObject([{ token }])
    await put('job/preview.yml', `preview: {${victim}}\nplex: {url: "${evil}", token: its-own}\n`)
    expect((await job()).servers).toMatchObject([{ url: evil, token: 'its-own' }])
  })

  test('a pinned certificate for a config that checks none, as Kometa needs it', async () => {
    const lax = users.replace('http://10.0.0.5', 'https://10.0.0.5')
    await put('kometa/config/config.yml', `${lax}settings: {verify_ssl: false}\n`)
    const pin = `plex_fingerprint: "${'ab'.repeat(32)}"`
    await put('kometa/config/preview.yml', `preview: {${pin}, targets: []}\n`)
    expect((await load({ kind: 'job', jobDir: at('kometa') })).servers).toMatchObject([{ token }])
  })

  test('a job of this installation runs again, wherever the value of its secret came from', async () => {
    await put('kometa/config/config.yml', `plex: {url: "http://10.0.0.5:32400", token: <<plextoken>>}\n${movies}`)
    await mkdir(at('job'))
    await writeJobFile(openBeneath(at('job')), await userConfig({ env: {}, secrets: { plextoken: token } }), [])
    expect((await job()).servers).toMatchObject([{ token }])
    // Another installation remembers nothing of it.
    await refusal(job({ trust: openTrust(at('other-data')) }))
    // The user has not named a new address either.
    await put('kometa/config/config.yml', `plex: {url: "${evil}", token: <<plextoken>>}\n${movies}`)
    await refusal(job())
    await userConfig()
    expect((await job()).servers).toMatchObject([{ url: evil, token }])
  })
})

describe('--trust-job', () => {
  const foreign = `preview: {targets: []}\nplex: {url: "${evil}", token: <<plextoken>>}\n${movies}`

  test('is remembered outside of the job, only for these addresses and secrets', async () => {
    const path = await put('job/preview.yml', foreign)
    await refusal(job())
    expect((await job({ trustJob: true })).servers).toMatchObject([{ token }])
    expect((await job()).servers).toMatchObject([{ token }])
    await put('job/preview.yml', foreign.replace('targets: []', 'targets: [{id: a, ratingKey: 1}]'))
    expect((await job()).preview.targets).toHaveLength(1)
    await put('job/preview.yml', foreign.replace('evil', 'worse'))
    expect((await refusal(job())).message).toContain(path)
    await put('job/preview.yml', foreign.replace('token: <<plextoken>>', 'token: <<tmdb>>'))
    await refusal(job())
  })

  test('what is remembered contains neither an address nor a secret', async () => {
    await put('job/preview.yml', foreign)
    await job({ trustJob: true })
    const names = await readdir(at('data/trust'))
    expect(names).toHaveLength(1)
    for (const name of names) expect(await readFile(join(at('data/trust'), name), 'utf8')).not.toMatch(/CANARY|evil/)
  })

  test('the contents of the job folder itself are never consulted', async () => {
    await put('job/preview.yml', foreign)
    await job({ trustJob: true })
    const [name = ''] = await readdir(at('data/trust'))
    const stored = await readFile(join(at('data/trust'), name), 'utf8')
    await put(`job/trust/${name}`, stored)
    await put(`job/data/trust/${name}`, stored)
    await refusal(job({ trust: openTrust(at('other-data')) }))
  })
})
