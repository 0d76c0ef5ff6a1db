import { spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { doctorReportSchema } from '../../src/contract/doctor.ts'
import { summarySchema } from '../../src/contract/summary.ts'
import { seen } from '../cli/cli.ts'
import { folderState } from '../kometa/user-folder.ts'
import { startOutsideWorld } from '../support/network/outside-world.ts'
import { smallLibraries } from '../support/sample-plex.ts'
import { startSamplePlex } from '../support/watched-plex.ts'
import { type Bases, makeBases } from './bases.ts'
import { buildah, containerMissing } from './buildah.ts'
import { command } from './command.ts'
import { type ContainerOptions, type ImageConfig, imageConfig, startContainer } from './run-container.ts'

const missing = containerMissing()
if (missing !== null) console.error(`SKIPPED: the container image: ${missing}`)
const kometaHome = process.env.KOMETA_HOME || undefined
if (kometaHome === undefined) console.error('SKIPPED: the real Kometa in the container needs KOMETA_HOME')

const repository = fileURLToPath(new URL('../..', import.meta.url))
const image = 'localhost/kometa-preview-test/preview:latest'
const packageSchema = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
const ordinaryUser = 1000

/** Whether an ordinary user of this kernel may have a network namespace, as compose.strict.yaml asks for. */
const asOrdinary = ['--reuid=4321', '--regid=4321', '--clear-groups', '--inh-caps=-all', '--no-new-privs']
const userNamespaces =
  spawnSync('setpriv', [...asOrdinary, 'unshare', '--user', '--map-root-user', '--net', '--mount', 'true']).status === 0
if (!userNamespaces)
  console.error('SKIPPED: isolation in the strict container: this kernel gives ordinary users no namespace')

describe.skipIf(missing !== null)('the container image', () => {
  let container = ''
  let root = ''
  let config: ImageConfig
  let bases: Bases
  let folder = ''

  beforeAll(async () => {
    bases = await makeBases(kometaHome)
    const npmCache = command('npm', ['config', 'get', 'cache'])
    mkdirSync(npmCache, { recursive: true })
    const from = ['--build-arg', `KOMETA_IMAGE=${bases.kometa}`, '--build-arg', `NODE_IMAGE=${bases.node}`]
    const how = ['--format', 'docker', '--pull-never', '--layers=false', '--volume', `${npmCache}:/npm-cache`]
    buildah('bud', ...how, ...from, '--tag', image, repository)
    config = imageConfig(image)
    container = buildah('from', '--pull-never', image)
    root = buildah('mount', container)
  })
  afterAll(() => {
    if (container !== '') buildah('rm', container)
    if (folder !== '') rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'container-'))
    for (const name of ['config', 'data', 'jobs']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'config', 'config.yml'), 'libraries: {}\n')
  })

  const start = (args: readonly string[] | undefined, more: Partial<ContainerOptions> = {}) =>
    startContainer({
      root,
      config,
      ...(args === undefined ? {} : { args }),
      volumes: {
        '/config': `${join(folder, 'config')}:ro`,
        '/data': join(folder, 'data'),
        '/jobs': join(folder, 'jobs'),
      },
      ...more,
    })
  const run = (args: readonly string[], more?: Partial<ContainerOptions>) => start(args, more).done

  test('says what it is, what it keeps and how it is asked for its health', () => {
    expect(config).toMatchObject({
      Cmd: ['serve'],
      StopSignal: 'SIGTERM',
      Volumes: { '/data': {}, '/jobs': {} },
      ExposedPorts: { '8787/tcp': {} },
      Healthcheck: { Test: ['CMD', 'node', '/opt/kometa-preview/container/healthcheck.mjs'] },
    })
    expect(config.Entrypoint[0]).toBe('/tini')
    expect(config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'Kometa Preview',
      'org.opencontainers.image.version': packageSchema.version,
      'org.opencontainers.image.licenses': 'MIT',
      'org.opencontainers.image.base.name': bases.kometa,
    })
  })

  test('holds what a run needs and nothing else of ours: no tests, no sources, no development packages', () => {
    const app = join(root, 'opt/kometa-preview')
    expect(existsSync(join(app, 'dist/cli/main.js'))).toBe(true)
    expect(existsSync(join(app, 'dist/web/index.html'))).toBe(true)
    for (const name of ['test', '.git', 'node_modules/typescript', 'node_modules/vite'])
      expect(existsSync(join(app, name)), name).toBe(false)
    // Python programs, pictures and a font are used as they are.
    const asTheyAre = readdirSync(join(app, 'src'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    expect(asTheyAre.length).toBeGreaterThan(60)
    expect(asTheyAre.filter(({ name }) => !/\.(?:py|avif|ttf|conf)$|^OFL\.txt$/.test(name))).toEqual([])
  })

  test("leaves Kometa's own files as they are", () => {
    if (kometaHome === undefined) return
    for (const name of ['kometa.py', 'requirements.txt', 'modules/overlays.py'])
      expect(readFileSync(join(root, name)).equals(readFileSync(join(kometaHome, name)))).toBe(true)
  })

  test('--version, as an ordinary user', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${packageSchema.version}\n` })
  })

  test('doctor finds the Kometa of the image', async () => {
    const { stdout, stderr } = await run(['doctor', '--json'])
    const report = doctorReportSchema.parse(JSON.parse(stdout || stderr))
    const check = (id: string) => report.checks.find((one) => one.id === id)
    expect(check('node')).toMatchObject({ status: 'ok' })
    expect(check('kometa')).toMatchObject({ status: 'ok', detail: expect.stringContaining("the image's own") })
    // The config that is mounted, without being named.
    expect(check('config')).toMatchObject({ status: 'problem', detail: expect.stringContaining('/config/config.yml') })
    expect(check('disk')).toMatchObject({ status: 'ok', detail: expect.stringContaining('/data') })
  })

  test('demo --once: pictures in /jobs that belong to PUID and PGID', async () => {
    const { code, stderr } = await run(['demo', '--once'], { env: { PUID: '1234', PGID: '2345' } })
    expect(code, stderr).toBe(0)
    const jobs = readdirSync(join(folder, 'jobs'))
    expect(jobs).toHaveLength(1)
    const summaryPath = join(folder, 'jobs', jobs[0] ?? '', 'output', 'summary.json')
    expect(summarySchema.parse(JSON.parse(readFileSync(summaryPath, 'utf8'))).status).toBe('success')
    expect(statSync(summaryPath)).toMatchObject({ uid: 1234, gid: 2345 })
  })

  test('nothing but the volumes can be written, and no tmpfs is needed', async () => {
    const before = command('find', [root, '-xdev', '-newer', join(folder, 'config', 'config.yml')])
    expect((await run(['demo', '--once'], { tmpfs: false })).code).toBe(0)
    expect(command('find', [root, '-xdev', '-newer', join(folder, 'config', 'config.yml')])).toBe(before)
  })

  test('started by user: as in the strict compose file, without root and without any capability', async () => {
    for (const name of ['data', 'jobs']) chownSync(join(folder, name), 4321, 4321)
    const { code, stdout, stderr } = await run(['demo', '--once', '--json'], { user: '4321:4321' })
    expect(code, stderr).toBe(0)
    expect(statSync(join(folder, 'data')).uid).toBe(4321)
    // Where the kernel lets an ordinary user have one: Kometa has no route but ours.
    expect(summarySchema.parse(JSON.parse(stdout)).isolation.mode).toBe(userNamespaces ? 'namespace' : 'none')
  })

  test('what is wrong with the folders is said in one line', async () => {
    const odd = await run(['--version'], { env: { PUID: 'me' } })
    expect(odd).toMatchObject({ code: 2, stderr: expect.stringContaining('PUID and PGID are numbers') })
    const closed = await run(['--version'], { user: '4321:4321' })
    expect(closed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/data belongs to user 0, group 0, and cannot be written by user 4321'),
    })
  })

  test.skipIf(kometaHome === undefined)(
    'run --job with the real Kometa on a config that cannot be written',
    async () => {
      await using plex = await startSamplePlex({ libraries: smallLibraries() })
      const outsideFolder = join(folder, 'outside')
      await using outside = await startOutsideWorld(outsideFolder)
      const plexHash = plex.stateHash()
      writeFileSync(join(folder, 'config', 'config.yml'), userConfig(plex.url, plex.token))
      const job = join(folder, 'jobs', 'first')
      mkdirSync(join(job, 'config'), { recursive: true })
      writeFileSync(join(job, 'config', 'preview.yml'), jobFile(plex.url, plex.token))
      for (const path of [join(folder, 'jobs'), job, join(job, 'config')]) chownSync(path, ordinaryUser, ordinaryUser)
      const before = await folderState(join(folder, 'config'))
      const { code, stdout, stderr } = await run(['run', '--job', '/jobs/first', '--json'], {
        env: outside.env,
        volumes: {
          '/config': `${join(folder, 'config')}:ro`,
          '/data': join(folder, 'data'),
          '/jobs': join(folder, 'jobs'),
          [outsideFolder]: `${outsideFolder}:ro`,
        },
      })
      expect(code, stderr).toBe(0)
      const summary = summarySchema.parse(JSON.parse(stdout))
      expect(summary).toMatchObject({ status: 'success', renderer: 'kometa' })
      expect(existsSync(join(job, summary.exported_files.first ?? ''))).toBe(true)
      expect(await folderState(join(folder, 'config'))).toEqual(before)
      expect([plex.stateHash(), plex.writes]).toEqual([plexHash, []])
      expect(stderr).toContain("(the image's own)")
    },
  )

  test('serve: healthy, asks for a password, ends on the stop signal with nothing left behind', async () => {
    const { child, done, initPid } = start(undefined, { ownNetwork: true })
    await seen(child, 'stderr', /Kometa Preview is at \S+/)
    const inside = (...args: string[]) =>
      spawnSync('nsenter', ['--target', String(initPid()), '--mount', '--net', '--pid', '--root', '--wd', ...args], {
        encoding: 'utf8',
        env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      })
    const [, ...healthcheck] = config.Healthcheck.Test
    expect(inside(...healthcheck)).toMatchObject({ status: 0, stderr: '' })
    const ask = "fetch('http://127.0.0.1:8787/api/jobs').then((answer) => console.log(answer.status))"
    expect(inside('node', '-e', ask).stdout.trim()).toBe('401')
    const users = inside('sh', '-c', 'for each in /proc/[0-9]*; do stat -c %u $each; done').stdout.trim().split('\n')
    // The init and what asks are root's; what we run is not.
    expect(users).toContain(String(ordinaryUser))

    // What a process leaves behind is the init's child, and no zombie of it stays.
    inside('sh', '-c', '(sleep 0 &)')
    const zombies = () => inside('sh', '-c', 'cat /proc/[0-9]*/stat').stdout.match(/\) Z /g)
    await expect.poll(zombies).toBeNull()

    process.kill(initPid(), 'SIGTERM')
    const { stderr, code } = await done
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('Password: ')
  })
})

const userConfig = (url: string, token: string) => `
libraries:
  Movies:
    overlay_files:
      - default: resolution
plex: {url: ${url}, token: ${token}}
tmdb: {apikey: 0123456789abcdef0123456789abcdef}
`

const jobFile = (url: string, token: string) => `
plex: {url: ${url}, token: ${token}}
preview:
  mode: write_blocked
  config: /config/config.yml
  targets:
    - {id: first, type: movie, ratingKey: "101"}
`
