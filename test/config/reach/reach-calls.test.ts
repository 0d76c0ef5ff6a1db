import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeCheckout } from '../../launch/checkout.ts'

const child = fileURLToPath(new URL('../../support/reach-child.ts', import.meta.url))
const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0

let dir: string
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'reach-calls-')))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function put(path: string, text = path): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true })
  await writeFile(join(dir, path), text)
}

/** A config that names every kind of file, through every kind of path. */
function configText(outside: string): string {
  const climbing = `${'../../'.repeat(30)}${outside.slice(1)}`
  return `
plex: {url: http://127.0.0.1:9, token: abcdefghijklmnop}
tmdb: {apikey: 0123456789abcdef}
playlist_files: [{file: ${outside}/playlists.yml}]
settings:
  asset_directory: [${outside}/assets, ${dir}/allowed/linked/assets, ${climbing}/assets, ${dir}/data/jobs/two]
  dimensional_asset_rename: true
libraries:
  Movies:
    report_path: ${outside}/report.yml
    settings: {asset_directory: ${outside}/assets}
    template_variables: {font: ${outside}/font.ttf}
    collection_files: [{file: ${outside}/collections.yml}]
    metadata_files: [{file: ${outside}/metadata.yml}, {folder: ${outside}}]
    overlay_files:
      - file: ${dir}/allowed/own.yml
        template_variables: {font: ${climbing}/font.ttf, file: ${outside}/image.png}
      - file: overlays/in-job.yml
      - file: config/linked.yml
      - file: ${outside}/overlays.yml
      - file: ${outside}/overlays
      - ${outside}/overlays.yml
      - folder: ${outside}
      - folder: ${dir}/allowed/linked
      - folder: ${climbing}
      - file: ${dir}/allowed/../outside/overlays.yml
      - default: ${climbing}/overlays
      - file: ${dir}/data/secrets/one.yml
      - file: ${dir}/Kometa/config/config.yml
`
}

test.skipIf(!canTrace)(
  'of what lies outside nothing is opened, listed or asked for (skipped without strace)',
  async () => {
    const outside = join(dir, 'outside')
    const seen = 'overlays: {Seen: {plex_all: true, overlay: {name: seen}}}\n'
    for (const name of ['overlays.yml', 'playlists.yml', 'collections.yml', 'metadata.yml', 'image.png', 'font.ttf'])
      await put(`outside/${name}`, seen)
    for (const path of ['outside/assets/Film/poster.png', 'data/secrets/one.yml', 'data/jobs/two/poster.png', 'mark'])
      await put(path)
    await put('outside/config/UUID')
    await put('outside/overlays/Movies Original Posters/101.png')
    writeCheckout(join(dir, 'Kometa'))
    await put(
      'allowed/own.yml',
      `external_templates: [{file: ${outside}/templates.yml}, {default: ${outside}/templates}]
overlays:
  One: {plex_all: true, overlay: {name: one, file: ${outside}/image.png}}
  Two: {plex_all: true, overlay: {name: text(two), font: ../../../../../../../..${outside}/font.ttf}}
  Three: {plex_all: true, overlay: {name: three, default: ../../../../../../../../../..${outside}/image}}
  Four: {plex_all: true, overlay: {name: four, file: ${dir}/allowed/linked/image.png}}
`,
    )
    const job = 'data/jobs/one'
    await put(`${job}/config/config.yml`, configText(outside))
    await put(`${job}/overlays/in-job.yml`, seen)
    await put(
      `${job}/config/preview.yml`,
      `preview: {config: config.yml, kometa_config_dir: ${outside}/config, kometa_cwd: .., targets: []}\n`,
    )
    await symlink(join(outside, 'overlays.yml'), join(dir, job, 'config', 'linked.yml'))
    await symlink(outside, join(dir, job, 'config', 'overlays'))
    await symlink(outside, join(dir, job, 'linked'))
    await symlink(outside, join(dir, 'allowed', 'linked'))

    const log = join(dir, 'calls')
    const traced = ['strace', '-f', '-s', '4096', '-e', 'trace=%file', '-o', log]
    const [command = '', ...args] = [...traced, process.execPath, '--import', 'tsx', child, dir]
    const ended = spawnSync(command, args, { encoding: 'utf8' })
    expect(ended.stderr).toBe('')
    const { warnings, mounts } = JSON.parse(ended.stdout) as { warnings: string[]; mounts: string[] }
    expect(warnings.length).toBeGreaterThan(10)
    expect(mounts.filter((target) => target.startsWith(outside))).toEqual([])

    // The target of a link is read, and nothing behind it.
    const calls = (await readFile(log, 'utf8')).split('\n').filter((line) => !line.includes('readlink'))
    const about = (path: string) => calls.filter((line) => line.includes(`"${join(dir, path)}`))
    // The trace shows what is read. A link in reach is looked at and not followed.
    expect(about('mark').length).toBeGreaterThan(0)
    expect(about('allowed/own.yml').length).toBeGreaterThan(0)
    for (const path of ['outside', 'data/secrets', 'data/jobs/two', 'allowed/linked/'])
      expect([path, about(path)]).toEqual([path, []])
    const links = ['allowed/linked', `${job}/linked`, `${job}/config/linked.yml`, `${job}/config/overlays`]
    const ofLinks = links.flatMap((path) => calls.filter((line) => line.includes(`"${join(dir, path)}"`)))
    expect(ofLinks.length).toBeGreaterThan(0)
    expect(ofLinks.filter((line) => !/lstat|AT_SYMLINK_NOFOLLOW/.test(line))).toEqual([])
    // No new link leads there, in the workspace either.
    expect(calls.filter((line) => /\bsymlink(?:at)?\(/.test(line) && line.includes(outside))).toEqual([])
    // The user's own Kometa folder may be read, and its .env gives names of the environment.
    expect(about('Kometa/config/config.yml').filter((line) => /open/.test(line))).toEqual([])
  },
  60_000,
)
