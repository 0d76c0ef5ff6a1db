import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import type { SamplePlex } from '../support/sample-plex.ts'
import { runScript } from './case-folder.ts'
import { type Case, scriptOf } from './corpus.ts'
import { folderBytes, type Recording } from './recording.ts'
import { type CasePlace, environmentOf, makeUserFolder, startPlex, uploadsAt } from './run-case.ts'
import { librariesOf, readWorld } from './world.ts'

const maxRunMs = 180_000

/** Kometa as the user runs it: directly against Plex, in the user's folder. */
export async function runStraight(
  one: Case,
  root: string,
  plexUrl: string,
  renderer: Renderer,
  place: CasePlace,
): Promise<string> {
  const home = join(place.dir, 'home')
  await mkdir(home, { recursive: true })
  const config = join(root, one.config)
  // A preview draws now, whatever the schedule says.
  const mode = one.direct_mode ?? ['--overlays-only', '--ignore-schedules']
  const child = spawn(
    renderer.command,
    [join(renderer.dir ?? '', 'kometa.py'), '--config', config, '--run', ...mode, '--no-countdown'],
    {
      cwd: root,
      env: { ...environmentOf(one, plexUrl, place), HOME: home, ...renderer.env },
      stdio: 'ignore',
      timeout: maxRunMs,
      killSignal: 'SIGKILL',
    },
  )
  await once(child, 'exit')
  return readFile(join(dirname(config), 'logs', 'meta.log'), 'utf8').catch(() => '')
}

/** What Plex gets in a direct run, with these libraries. */
export async function directUploads(
  one: Case,
  { root, libraries, port }: { root: string; libraries: readonly SampleLibrary[]; port: number },
  renderer: Renderer,
  place: CasePlace,
): Promise<string[]> {
  await using plex = await startPlex(libraries, port)
  await runStraight(one, root, plex.url, renderer, place)
  return uploadsAt(plex)
}

export interface WarmWorld {
  /** The folder of the first run: Kometa's cache identifies files by path and time. */
  root: string
  libraries: readonly SampleLibrary[]
  files: Recording['files']
  warmup: Recording['warmup']
  port: number
}

/** Runs Kometa once directly against Plex, applies the changes of the case, and returns what is there then. */
export async function warmUp(one: Case, renderer: Renderer, place: CasePlace): Promise<WarmWorld> {
  const world = await readWorld(place.python, [join(one.dir, 'world.py')])
  await using plex = await startPlex(await librariesOf(world))
  const root = await makeUserFolder(one, plex.url, place)
  const before = await folderBytes(root)
  await runStraight(one, root, plex.url, renderer, place)
  await runScript(one, 'mutate.py', place.python, root)
  const after = await folderBytes(root)
  const files = Object.fromEntries(Object.entries(after).filter(([name, bytes]) => before[name] !== bytes))
  const warmup = writesOf(plex)
  return {
    root,
    libraries: await afterWarmUp(one, warmup, place.python),
    files,
    warmup,
    port: Number(new URL(plex.url).port),
  }
}

const writesOf = (plex: SamplePlex): Recording['warmup'] =>
  plex.uploadedKeys().map((key) => ({
    method: 'POST',
    target: key,
    body: Buffer.from(plex.uploads(key).at(-1)?.bytes ?? []).toString('base64'),
  }))

/** The world as the first run left it, with the later changes of `mutate_plex.py`. */
export async function afterWarmUp(one: Case, warmup: Recording['warmup'], python: string): Promise<SampleLibrary[]> {
  const base = join(one.dir, 'world.py')
  const mutate = scriptOf(one, 'mutate_plex.py')
  const world = await readWorld(python, [base])
  const mutated = mutate === null ? world : await readWorld(python, [base, mutate])
  const written = new Map(warmup.map(({ target, body }) => [target, Buffer.from(body, 'base64')]))
  const changed = new Set(
    mutated.items
      .filter((item) => JSON.stringify(item) !== JSON.stringify(world.items.find(({ key }) => key === item.key)))
      .map(({ key }) => key),
  )
  const dress = (item: SampleLibrary['items'][number]): SampleLibrary['items'][number] => {
    const upload = written.get(item.ratingKey)
    const children = item.children ? { children: item.children.map(dress) } : {}
    if (!upload) return { ...item, ...children }
    const poster = {
      ratingKey: `upload://posters/first-run-${item.ratingKey}`,
      mediaType: 'image/webp' as const,
      selected: true,
      read: () => upload,
    }
    const others = (item.posters ?? []).map((image) => ({ ...image, selected: false }))
    const posters = changed.has(item.ratingKey) ? (item.posters ?? []) : [poster, ...others]
    return { ...item, ...children, labels: [...new Set([...(item.labels ?? []), 'Overlay'])], posters }
  }
  const libraries = await librariesOf(mutated)
  return libraries.map((library) => ({ ...library, items: library.items.map(dress) }))
}
