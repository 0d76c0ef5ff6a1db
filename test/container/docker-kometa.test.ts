import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { summarySchema } from '../../src/contract/summary.ts'
import { cli } from '../cli/cli.ts'
import { imageName, standInDocker } from '../docker/docker-world.ts'
import { folderState } from '../kometa/user-folder.ts'
import { startOutsideWorld } from '../support/network/outside-world.ts'
import { smallLibraries } from '../support/sample-plex.ts'
import { startSamplePlex } from '../support/watched-plex.ts'
import { makeBases } from './bases.ts'
import { buildah, containerMissing } from './buildah.ts'

const kometaHome = process.env.KOMETA_HOME || undefined
const missing = containerMissing() ?? (kometaHome === undefined ? 'it needs KOMETA_HOME' : null)
if (missing !== null) console.error(`SKIPPED: the real Kometa by --kometa docker: ${missing}`)

describe.skipIf(missing !== null)(
  '--kometa docker: the real Kometa, which sees what is mounted and nothing else',
  () => {
    let container = ''
    let dir = ''
    let docker: ReturnType<typeof standInDocker>
    beforeAll(async () => {
      const { kometa } = await makeBases(kometaHome)
      container = buildah('from', '--pull-never', kometa)
      dir = mkdtempSync(join(tmpdir(), 'docker-kometa-'))
      docker = standInDocker(dir)
      docker.change({ root: buildah('mount', container), play: null })
    })
    afterAll(() => {
      if (container !== '') buildah('rm', container)
      if (dir !== '') rmSync(dir, { recursive: true, force: true })
    })

    test('draws what Kometa draws as a process of this machine, byte for byte', async () => {
      await using plex = await startSamplePlex({ libraries: smallLibraries() })
      const outsideFolder = join(dir, 'outside')
      await using outside = await startOutsideWorld(outsideFolder)
      const user = join(dir, 'user')
      for (const folder of ['config/overlays/images', 'elsewhere']) mkdirSync(join(user, folder), { recursive: true })
      // A picture that is found by a relative path, and one by an absolute path that only an overlay file names.
      for (const [path, background] of Object.entries({
        'config/overlays/images/near.png': 'red',
        'elsewhere/far.png': 'blue',
      }))
        await sharp({ create: { width: 90, height: 60, channels: 4, background } })
          .png()
          .toFile(join(user, path))
      writeFileSync(join(user, 'config', 'own.yml'), ownOverlays(join(user, 'elsewhere', 'far.png')))
      writeFileSync(join(user, 'config', 'config.yml'), userConfig(plex.url, plex.token))
      const before = await folderState(user)
      const plexHash = plex.stateHash()
      const preview = async (name: string, kometa: string, env: NodeJS.ProcessEnv) => {
        const out = join(dir, name)
        const args = ['run', '--config', join(user, 'config', 'config.yml'), '--target', '101', '--target', '102']
        const { code, stdout, stderr } = await cli(
          [...args, '--kometa', kometa, '--data', join(dir, 'data'), '--out', out, '--port', '0', '--json'],
          { ...env, ...outside.env },
        )
        expect(code, stderr).toBe(0)
        const summary = summarySchema.parse(JSON.parse(stdout))
        return {
          summary,
          pictures: Object.values(summary.exported_files).map((path) => readFileSync(join(out, path), 'base64')),
        }
      }
      const here = await preview('here', kometaHome ?? '', { KOMETA_PYTHON: process.env.KOMETA_PYTHON, HOME: dir })
      const inside = await preview('inside', `docker:${imageName}`, docker.env)
      expect(inside.pictures).toHaveLength(2)
      expect(inside.pictures).toEqual(here.pictures)
      expect(inside.summary).toMatchObject({
        status: 'success',
        renderer: 'kometa',
        kometa: { version: here.summary.kometa.version },
      })
      expect(docker.containers().size).toBe(0)
      expect(await folderState(user)).toEqual(before)
      expect([plex.stateHash(), plex.writes]).toEqual([plexHash, []])
    })

    test('the config with the real token cannot be found in it', () => {
      const call = docker.calls().find(({ argv }) => argv.includes('--env-file'))
      const targets = (call?.argv ?? []).flatMap((word) => /target=([^,]+)/.exec(word)?.[1] ?? [])
      expect(targets.some((path) => path.endsWith('own.yml'))).toBe(true)
      expect(targets.filter((path) => join(dir, 'user', 'config', 'config.yml').startsWith(path))).toEqual([])
      // Nor did anything of a mount stay behind in the image.
      const left = spawnSync('find', [join(docker.settings().root, 'tmp'), '-name', 'config.yml'], {
        encoding: 'utf8',
      }).stdout
      expect(left).toBe('')
    })
  },
)

const userConfig = (url: string, token: string) => `
libraries:
  Movies:
    overlay_files:
      - default: resolution
      - file: config/own.yml
plex: {url: ${url}, token: ${token}}
tmdb: {apikey: 0123456789abcdef0123456789abcdef}
`

const ownOverlays = (far: string) => `
overlays:
  near:
    plex_all: true
    overlay: {name: near, file: config/overlays/images/near.png, horizontal_align: left, vertical_align: bottom, horizontal_offset: 10, vertical_offset: 10}
  far:
    plex_all: true
    overlay: {name: far, file: "${far}", horizontal_align: right, vertical_align: bottom, horizontal_offset: 10, vertical_offset: 10}
`
