import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createReach, type ReachArea } from '../../src/config/reach/reach.ts'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { createWorkspace } from '../../src/config/workspace/workspace.ts'
import { dockerArguments } from '../../src/kometa/docker/docker-arguments.ts'
import { findMounts } from '../../src/kometa/docker/docker-mounts.ts'

let dir: string
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'docker-mounts-')))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function write(path: string, text = ''): string {
  const file = join(dir, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

const configText = (more = '') => `
plex: {url: http://127.0.0.1:1, token: realTokenRealToken}
tmdb: {apikey: x}
settings: {asset_directory: "${join(dir, 'assets')}, ${join(dir, 'more assets')}"}
libraries:
  Movies: {overlay_files: [{file: overlays/own.yml}${more}]}
`

async function mountsOf(files: string[] = [], areas?: ReachArea[]) {
  const options = { env: {}, ...(areas && { reach: await createReach(areas, '') }) }
  const config = await loadJobConfig({ kind: 'config', configPath: join(dir, 'user', 'config.yml') }, options)
  const workspace = await createWorkspace(config, {
    ...{ runConfigText: 'x', ratingKeysByLibrary: new Map(), parentDir: join(dir, 'data') },
    ...{ owner: { pid: 1, start: 'x', host: 'x' }, userHome: join(dir, 'home') },
  })
  const emptyFile = join(workspace.dir, 'empty')
  const mounts = await findMounts({ config, workspaceDir: workspace.dir, files, emptyFile })
  const [first, ...rest] = mounts
  expect(first).toEqual({ source: workspace.dir, target: workspace.dir, readOnly: false })
  expect(rest.every(({ readOnly }) => readOnly)).toBe(true)
  const hidden = rest.filter(({ source }) => source === emptyFile).map(({ target }) => target.slice(dir.length))
  const seen = rest.filter(({ source }) => source !== emptyFile)
  for (const { source, target } of seen) expect(source).toBe(target)
  return { seen: seen.map(({ target }) => target.replace(`${dir}/`, '')).sort(), hidden }
}

test('mounts the targets of the workspace’s links and what config and overlay files name', async () => {
  write('user/config.yml', configText())
  const [badge, font] = [join(dir, 'pictures/badge.png'), join(dir, 'fonts/a b.ttf')]
  write('user/overlays/own.yml', `overlays:\n  mark: {overlay: {name: x, file: ${badge}, font: "${font}"}}\n`)
  write('user/shared/one.png')
  for (const file of ['assets/1.jpg', 'more assets/2.jpg', 'pictures/badge.png', 'pictures/other.png', 'fonts/a b.ttf'])
    write(file)
  write('home/.fonts/own.ttf')
  const authority = write('trust/ca.pem')
  const { seen, hidden } = await mountsOf([authority])
  expect(seen).toEqual([
    'assets',
    'fonts/a b.ttf',
    'home/.fonts',
    'more assets',
    'pictures/badge.png',
    'trust/ca.pem',
    'user/overlays/own.yml',
    'user/shared',
  ])
  // The config with the real token is not visible anywhere.
  expect(hidden).toEqual([])
})

test('of the paths in a pasted config, only readable ones are mounted', async () => {
  const outside = join(dir, 'outside')
  const own = `, {file: ${outside}/o.yml}, {folder: ${outside}}, {folder: ${join(dir, 'user', 'wide')}}`
  write('user/config.yml', configText(own))
  write(
    'user/overlays/own.yml',
    `overlays:\n  a: {overlay: {name: x, file: ${join(dir, 'assets/1.jpg')}, font: ${outside}/b.ttf}}\n`,
  )
  for (const file of ['assets/1.jpg', 'outside/o.yml', 'outside/b.ttf', 'home/.fonts/own.ttf', 'user/wide/closed/x'])
    write(file)
  symlinkSync(outside, join(dir, 'user', 'linked'))
  // Enough files to mount their folder instead, which contains a closed one.
  const many = Array.from({ length: 30 }, (_, at) => `user/${String(at).padStart(2, '0')}.png`)
  for (const file of many) write(file)
  const authority = write('trust/ca.pem')
  const areas = [
    { folder: join(dir, 'user'), except: [join(dir, 'user', 'wide', 'closed')] },
    { folder: join(dir, 'assets') },
  ]
  const { seen } = await mountsOf([authority], areas)
  expect(seen).toEqual(['assets', 'trust/ca.pem', ...many, 'user/overlays/own.yml'].sort())
})

test('a folder with the config is mounted with the config hidden under each of its names', async () => {
  write('user/config.yml', configText(`, {file: ${join(dir, 'user', 'deep.yml')}}`))
  write('user/overlays/own.yml', `overlays: {mark: {overlay: {name: x, folder: ${join(dir, 'user')}}}}\n`)
  write('user/deep.yml', 'overlays: {}\n')
  write('user/.env', 'KOMETA_PLEX_TOKEN=realTokenRealToken\n')
  const { seen, hidden } = await mountsOf()
  expect(seen).toEqual(['user'])
  expect(hidden.sort()).toEqual(['/user/.env', '/user/config.yml'])
})

test('many files of one folder become one mount; a link is followed to its target', async () => {
  const names = Array.from({ length: 40 }, (_, index) => join(dir, 'badges', `${index}.png`))
  for (const name of names) write(name.slice(dir.length))
  write('user/config.yml', configText())
  write('user/overlays/own.yml', names.map((name, index) => `o${index}: ${name}`).join('\n'))
  write('pool/real/1.jpg')
  symlinkSync(join(dir, 'pool/real'), join(dir, 'assets'))
  expect((await mountsOf()).seen).toEqual(['assets', 'badges', 'pool/real', 'user/overlays/own.yml'])
})

test('an overlay file with another ending than in the config, and what it and its templates name', async () => {
  write('user/config.yml', configText(`, {file: ${join(dir, 'far/ov.yaml')}}`))
  write('user/overlays/own.yml', `external_templates: {file: ${join(dir, 'far/templates.yaml')}}\noverlays: {}\n`)
  write('far/ov.yml', `overlays: {mark: {overlay: {name: x, file: ${join(dir, 'pictures/a.png')}}}}\n`)
  write('far/templates.yml', `templates: {t: {overlay: {name: x, file: ${join(dir, 'pictures/b.png')}}}}\n`)
  for (const file of ['pictures/a.png', 'pictures/b.png']) write(file)
  expect((await mountsOf()).seen).toEqual([
    'far/ov.yml',
    'far/templates.yml',
    'pictures/a.png',
    'pictures/b.png',
    'user/overlays/own.yml',
  ])
})

test('folders of the image are never mounted over', async () => {
  write('user/config.yml', configText())
  write('user/overlays/own.yml', 'overlays: {a: /usr, b: /etc, c: /, d: /modules, e: /usr/bin/env, f: /proc}\n')
  const { seen } = await mountsOf()
  expect(seen.filter((path) => /^\/(usr|etc|modules|proc)?$/.test(path))).toEqual([])
  expect(seen).toContain('/usr/bin/env')
})

test('a path with the separators of --mount', () => {
  const args = dockerArguments({
    ...{
      name: 'n',
      engine: { networkArgs: [] },
      owner: { pid: 1, start: 'x', host: 'y' },
      envFile: '/e',
      cwd: '/c',
      args: [],
      user: null,
    },
    image: {
      name: 'i',
      id: 'sha256:1',
      entry: '/tini',
      before: [],
      python: 'python3',
      dir: '/',
      version: '2.4.4',
      part: '',
      supported: true,
    },
    mounts: [{ source: '/a,b/"c"', target: '/a,b/"c"', readOnly: true }],
  })
  expect(args[args.indexOf('--mount') + 1]).toBe('type=bind,"source=/a,b/""c""","target=/a,b/""c""",readonly')
  expect(args).not.toContain('--user')
})
