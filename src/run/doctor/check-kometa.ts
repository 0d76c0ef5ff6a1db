import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { localRunner } from '../../kometa/process/runner.ts'
import type { Renderer } from '../kometas/renderer.ts'
import { type Findings, plural } from './findings.ts'

/** Node's own version: what package.json's `engines` says. */
export function checkNode(version: string, { add }: Findings): void {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22
  if (fits) add('node', 'Node', 'ok', version)
  else add('node', 'Node', 'problem', `${version} is not supported`, 'Install Node 20.19, 22.12 or newer.')
}

/** Reports why there is no renderer, in the line of the check that it belongs to. */
export function kometaFailure(error: unknown, { fail }: Findings): void {
  const code = error instanceof AppError ? error.code : null
  if (code === 'PYTHON_NOT_FOUND') fail('python', 'Python', error, 'Name it with --python PATH.')
  else if (code === 'KOMETA_REQUIREMENTS') fail('requirements', "Kometa's requirements", error, 'Install them.')
  else if (code === 'DOCKER_UNAVAILABLE') fail('docker', 'Docker', error, 'Start Docker, or name a Kometa without it.')
  // That folder has a line of its own. Kometa was not looked for yet.
  else if (code === 'FOLDER_UNUSABLE') fail('kometa', 'Kometa', error, 'Name another data folder with --data.')
  else fail('kometa', 'Kometa', error, 'Name another one with --kometa DIR.')
}

/** Kometa was found, and its requirements import, or there would be no renderer. */
export async function checkKometa(renderer: Renderer, { add }: Findings): Promise<void> {
  const { kind, version, supported, warnings, dir, command, notes = [], runner, pythonVersion } = renderer
  if (kind === 'sample') return add('kometa', 'Kometa', 'ok', 'the sample renderer, a stand-in for it')
  if (runner?.place) add('docker', 'Docker', 'ok', runner.place)
  else if (pythonVersion) add('python', 'Python', 'ok', `${pythonVersion}, ${command}`)
  else add('python', 'Runs by', 'ok', command)
  const which = notes[0] ?? `Kometa ${version}${dir === null ? '' : ` in ${dir}`}`
  if (supported) add('kometa', 'Kometa', 'ok', which)
  else add('kometa', 'Kometa', 'warning', which, 'Previews are tested with Kometa 2.4: use that, or look twice.')
  if (runner?.place) add('requirements', "Kometa's requirements", 'skipped', 'they are in the image')
  else add('requirements', "Kometa's requirements", 'ok', 'all of them can be imported')
  for (const warning of warnings)
    add('kometa-warning', 'Kometa', 'warning', warning, 'Previews work, but may lack what needs it.')
  await checkFonts(dir, add)
}

async function checkFonts(dir: string | null, add: Findings['add']): Promise<void> {
  if (dir === null) return add('fonts', 'Fonts', 'skipped', 'they are in the image')
  const names = await readdir(join(dir, 'fonts')).catch(() => [])
  const fonts = names.filter((name) => /\.(?:ttf|otf)$/i.test(name))
  if (fonts.length > 0) return add('fonts', 'Fonts', 'ok', plural(fonts.length, 'font of Kometa', 'fonts of Kometa'))
  const fix = 'Get Kometa again: overlays with text need its fonts.'
  add('fonts', 'Fonts', 'warning', `there is no font in ${join(dir, 'fonts')}`, fix)
}

/** Checks whether Kometa can have a network namespace of its own. A preview works without one. */
export async function checkIsolation(
  renderer: Renderer | null,
  env: NodeJS.ProcessEnv,
  { add }: Findings,
): Promise<void> {
  const python = renderer?.kind === 'kometa' ? renderer.command : null
  await using isolation = await (renderer?.runner ?? localRunner).isolate('auto', { env, python })
  const { mode, why } = isolation
  if (mode === 'namespace') add('isolation', 'Isolation', 'ok', 'Kometa gets a network namespace of its own')
  else if (process.platform !== 'linux') add('isolation', 'Isolation', 'skipped', why)
  else {
    const fix =
      'Previews work without it, and writes to Plex are blocked all the same. In a container: see compose.strict.yaml.'
    add('isolation', 'Isolation', 'warning', why, fix)
  }
}
