import { chmod, cp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { JobDetail } from '../../src/contract/api/api-jobs.ts'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { filesWith } from '../e2e/job-world.ts'
import { startTinyPlex, type TinyPlex } from '../support/tiny-plex.ts'
import type { SamplePlex } from '../support/watched-plex.ts'
import { listen } from './event-source.ts'
import { openStudio, plexToken, type TestStudio, type TestStudioOptions } from './open-studio.ts'

const tmdbKey = 'canary0tmdb0apikey0123456789abcd'
const planted = [plexToken, tmdbKey, 'canaryTautulliKey0001', 'canary-pass-word-1', 'canaryRepeated0001']
/** Every kind of secret, also in unusual places. */
const config = ({ url, token }: SamplePlex) => `# an old token: ${token}
plex: {url: ${url}, token: &t ${token}}
tmdb: {apikey: ${tmdbKey}}
tautulli:
  url: http://me:canary-pass-word-1@127.0.0.1:9
  apikey: canaryTautulliKey0001
trakt: {client_id: canaryRepeated0001, client_secret: *t}
libraries:
  Movies:
    overlay_files:
      - default: resolution
        template_variables: {note: "canaryRepeated0001"}
`
const encodings = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('hex'),
]
const everySpelling = planted.flatMap(encodings)

const opened: TestStudio[] = []
afterEach(async () => {
  for (const it of opened.splice(0)) await it[Symbol.asyncDispose]()
})
async function open(options: TestStudioOptions = {}): Promise<TestStudio> {
  const it = await openStudio({ config, ...options })
  opened.push(it)
  return it
}
/** A new studio with the same folders and the same Plex. */
async function restart(it: TestStudio, options: TestStudioOptions = {}): Promise<TestStudio> {
  await it.studio[Symbol.asyncDispose]()
  return open({ dir: it.dir, plex: it.plex, ...options })
}

async function ended(it: TestStudio, jobId: string): Promise<JobDetail> {
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId }))
  await stream.until(({ event }) => event.type === 'closed')
  return it.get('getJob', { params: { jobId } })
}
async function paste(it: TestStudio, text: string): Promise<void> {
  await it.get('connect', { body: { kind: 'text', text } })
}
async function start(it: TestStudio, configText?: string): Promise<JobDetail> {
  const { connection } = await it.get('getConnection')
  const server = connection?.servers[0]?.id ?? ''
  const job = await it.get('startJob', {
    body: {
      connectionId: connection?.id ?? '',
      targets: [{ server, ratingKey: '101' }],
      ...(configText === undefined ? {} : { configText }),
    },
  })
  return ended(it, job.id)
}
const rerun = (it: TestStudio, jobId: string, body: { secrets?: Record<string, string>; configText?: string } = {}) =>
  it.call('rerunJob', { params: { jobId }, body })
/** Makes the last use of the secrets this many hours older. */
async function age(it: TestStudio, hours: number): Promise<void> {
  const folder = join(it.dataDir, 'secrets')
  for (const name of await readdir(folder)) {
    const entry = JSON.parse(await readFile(join(folder, name), 'utf8'))
    await writeFile(join(folder, name), JSON.stringify({ ...entry, usedAtMs: entry.usedAtMs - hours * 3_600_000 }))
  }
}

describe('a job folder holds no secret', () => {
  test('of a pasted config, an edited one, or one that is used where it is: every byte is checked', async () => {
    const it = await open()
    await paste(it, config(it.plex))
    const pasted = await start(it)
    const connection = await it.connect()
    const edited = await start(it, connection.text.replace('# an old', '# an older'))
    const plain = await start(it)
    for (const job of [pasted, edited, plain]) {
      expect(job.status).toBe('success')
      expect([job.folder, filesWith(job.folder, everySpelling)]).toEqual([job.folder, []])
      // On another machine nothing knows the secrets either.
      const other = await open()
      await cp(job.folder, join(other.dataDir, 'jobs', job.id), { recursive: true })
      expect(filesWith(join(other.dataDir, 'jobs'), everySpelling)).toEqual([])
    }
    // The secrets are kept somewhere, otherwise this test could not fail.
    expect(filesWith(join(it.dataDir, 'secrets'), [plexToken])).toHaveLength(2)
  }, 180_000)

  test.skipIf(process.platform === 'win32')(
    'and only its owner can look into it',
    async () => {
      const before = process.umask(0)
      try {
        const it = await open()
        await it.connect()
        const job = await start(it)
        expect((await stat(job.folder)).mode & 0o777).toBe(0o700)
        // A job folder of an earlier version, with the secrets that such a version kept in it.
        await chmod(job.folder, 0o755)
        await writeFile(join(job.folder, 'config/.secrets.json'), JSON.stringify({ a: plexToken }))
        await restart(it)
        expect((await stat(job.folder)).mode & 0o777).toBe(0o700)
        expect(filesWith(job.folder, everySpelling)).toEqual([])
      } finally {
        process.umask(before)
      }
    },
    120_000,
  )
})

describe('secrets of a pasted config', () => {
  test('are kept for a day after the last use, also after a restart, and the user is told', async () => {
    const it = await open()
    await paste(it, config(it.plex))
    const job = await start(it)
    const { jobs } = await it.get('listJobs')
    const until = Date.parse(jobs[0]?.secretsKeptUntil ?? '')
    expect(until - Date.now()).toBeGreaterThan(23.5 * 3_600_000)
    expect(until - Date.now()).toBeLessThanOrEqual(24 * 3_600_000)
    await age(it, 23)
    const again = await restart(it)
    const next = await rerun(again, job.id)
    expect(next.status).toBe(201)
    expect(await ended(again, next.body.id)).toMatchObject({ status: 'success' })
  }, 120_000)

  test('are removed after that and asked for, by key and address, and a typed secret is sent only there', async () => {
    const it = await open()
    await paste(it, config(it.plex))
    const job = await start(it)
    await age(it, 25)
    const later = await restart(it)
    expect(filesWith(join(later.dataDir, 'secrets'), everySpelling)).toEqual([])
    expect((await later.get('listJobs')).jobs[0]?.secretsKeptUntil).toBeNull()
    const refused = await rerun(later, job.id)
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('SECRETS_GONE')])
    const { missingSecrets, secretsKeptUntil } = await later.get('getJobConfig', { params: { jobId: job.id } })
    expect(secretsKeptUntil).toBeNull()
    const token = missingSecrets.find(({ place }) => place === 'plex.token')
    expect(token?.addresses).toEqual([later.plex.url])
    const typed = Object.fromEntries(missingSecrets.map(({ number }) => [String(number), 'typed-by-the-user']))
    typed[String(token?.number)] = plexToken
    const partly = await rerun(later, job.id, { secrets: { [String(token?.number)]: plexToken } })
    expect(partly.status).toBe(409)
    const next = await rerun(later, job.id, { secrets: typed })
    expect(next.status).toBe(201)
    const ran = await ended(later, next.body.id)
    expect(ran.status).toBe('success')
    expect(filesWith(ran.folder, [...everySpelling, 'typed-by-the-user'])).toEqual([])
  }, 120_000)

  test('are removed with their job, and a shorter time in the settings counts at once', async () => {
    const it = await open()
    await paste(it, config(it.plex))
    const job = await start(it)
    await age(it, 2)
    const { settings } = await it.get('getSettings')
    expect(settings.secretHours).toBe(24)
    await it.get('updateSettings', { body: { ...settings, secretHours: 3 } })
    expect(filesWith(join(it.dataDir, 'secrets'), [plexToken])).toHaveLength(1)
    await it.get('updateSettings', { body: { ...settings, secretHours: 1 } })
    expect(filesWith(join(it.dataDir, 'secrets'), [plexToken])).toEqual([])
    await it.get('deleteJob', { params: { jobId: job.id } })
    expect(await readdir(join(it.dataDir, 'secrets'))).toEqual([])
  }, 120_000)
})

describe("a foreign job among the studio's", () => {
  const env = { KOMETA_PLEXTOKEN: plexToken, KOMETA_PLEX_TOKEN: plexToken }
  const asked = ({ journal }: TinyPlex) => journal.map(({ rawHead }) => rawHead.toString('latin1')).join('')
  const playPlex = () =>
    startTinyPlex((request, response) => {
      const body = request.url === '/identity' ? '{"MediaContainer":{"machineIdentifier":"evil","version":"1"}}' : '{}'
      response.writeHead(200, { 'content-type': 'application/json' }).end(body)
      return true
    })
  /** A job of the studio with a new id, changed by somebody. */
  async function plant(it: TestStudio, job: JobDetail, change: (text: string) => string): Promise<string> {
    const id = 'foreign-1'
    const dir = join(it.dataDir, 'jobs', id)
    await cp(job.folder, dir, { recursive: true })
    const record = JSON.parse((await readFile(join(dir, 'studio/job.json'), 'utf8')).replaceAll(job.id, id))
    await writeFile(join(dir, 'studio/job.json'), change(JSON.stringify(record)))
    return dir
  }
  const run = async (it: TestStudio): Promise<JobDetail | { status: number; text: string }> => {
    const reply = await rerun(it, 'foreign-1')
    return reply.status === 201 ? ended(it, reply.body.id) : reply
  }

  test.each([
    ['ENV', 'token: ENV'],
    ['a name', 'token: <<plextoken>>'],
  ])(
    'whose record names a config of its own that asks for %s',
    async (_what, asks) => {
      await using evil = await playPlex()
      const it = await open({ env })
      await it.connect()
      const job = await start(it)
      const text = `plex: {url: ${evil.url}, ${asks}}\ntmdb: {apikey: x}\nlibraries: {Movies: {overlay_files: [{default: resolution}]}}\n`
      const own = join(it.dir, 'config', 'unpacked.yml')
      await writeFile(own, text)
      await plant(it, job, (record) => record.replaceAll(it.configPath, own))
      const next = await restart(it, { env })
      const ran = await run(next)
      expect(ran).toMatchObject({ status: 'failed', problem: { code: 'SECRET_NOT_SENT' } })
      expect(JSON.stringify(ran)).toContain(own)
      expect(asked(evil)).not.toContain(plexToken)
      // A config that the user connects is the user's own.
      await next.get('connect', { body: { kind: 'path', path: own } })
      expect(asked(evil)).toContain(plexToken)
    },
    120_000,
  )

  test.each([
    ['pasted', { kind: 'text', path: null, edited: false }],
    ['edited', { kind: 'path', edited: true }],
  ])(
    'whose record says that its config was %s',
    async (_what, says) => {
      await using evil = await playPlex()
      const it = await open({ env })
      await paste(it, config(it.plex))
      const job = await start(it)
      const dir = await plant(it, job, (text) => {
        const record = JSON.parse(text)
        return JSON.stringify({ ...record, config: { ...record.config, ...says } })
      })
      const own = `plex: {url: ${evil.url}, token: "<<kometa-preview-secret-2>>"}\ntautulli: {url: ${evil.url}, apikey: <<plextoken>>}\ntmdb: {apikey: x}\nlibraries: {Movies: {overlay_files: [{url: "${evil.url}/<<kometa-preview-secret-2>>"}]}}\n`
      await writeFile(join(dir, 'config/config.yml'), own)
      const next = await restart(it, { env })
      expect(await run(next)).toMatchObject({ status: 409, text: expect.stringContaining('SECRETS_GONE') })
      const { missingSecrets } = await next.get('getJobConfig', { params: { jobId: 'foreign-1' } })
      expect(missingSecrets).toEqual([{ number: 2, place: 'plex.token', addresses: [evil.url] }])
      const typed = await rerun(next, 'foreign-1', { secrets: { 2: 'what-the-user-types' } })
      expect([typed.status, typed.text]).toEqual([422, expect.stringContaining('CONFIG_INVALID')])
      expect(asked(evil)).toBe('')
    },
    120_000,
  )

  test('one of ours whose config somebody has changed no longer gets its secrets', async () => {
    await using evil = await playPlex()
    const it = await open({ env })
    await paste(it, config(it.plex))
    const job = await start(it)
    const path = join(job.folder, 'config/config.yml')
    await writeFile(path, (await readFile(path, 'utf8')).replace(it.plex.url, evil.url))
    expect(await rerun(it, job.id)).toMatchObject({ status: 409, text: expect.stringContaining('SECRETS_GONE') })
    expect(asked(evil)).toBe('')
  }, 120_000)

  test('a text from a browser does not become the user’s own file when its path is typed', async () => {
    const it = await open({ env })
    await paste(it, config(it.plex))
    const job = await start(it)
    const wide = await restart(it, { env, allowedFolders: [it.dir] })
    const connect = (path: string) => wide.call('connect', { body: { kind: 'path', path } })
    expect((await connect(wide.configPath)).status).toBe(200)
    const refused = await connect(join(job.folder, 'config/config.yml'))
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('FORBIDDEN')])
    expect((await wide.call('listFolder', { query: { path: join(job.folder, 'config') } })).status).toBe(403)
  }, 120_000)
})
