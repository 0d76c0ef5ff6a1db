import { findDefinitionFaults } from '../../config/overlays/definition-faults/find-definition-faults.ts'
import { checkLibraries, reachNote } from '../../config/overlays/overlay-check.ts'
import { type JobConfig, noTmdbKey } from '../../config/read/user-config.ts'
import { realRunNotes } from '../../config/run-config/real-run/real-run-notes.ts'
import { checkAssetFolders } from '../../config/workspace/asset-folders.ts'
import type { DoctorCheck, DoctorReport } from '../../contract/doctor.ts'
import { versionNotes } from '../../kometa/install/version-notes.ts'
import type { Renderer } from '../kometas/renderer.ts'
import { checkIsolation, checkKometa, checkNode, kometaFailure } from './check-kometa.ts'
import { checkMachine } from './check-machine.ts'
import { askOutside, checkOutside } from './check-outside.ts'
import { checkServers } from './check-plex.ts'
import { createFindings, type Findings, plural } from './findings.ts'

export interface DoctorOptions {
  env: NodeJS.ProcessEnv
  dataDir: string
  nodeVersion: string
  /** Where the studio would listen; null when it is the studio that asks. */
  studioPort: number | null
  /** Finds and checks Kometa; rejects with an AppError that says what is missing. */
  kometa: () => Promise<Renderer>
  /** Loads the config; null when none was named. */
  config: ((kometa: Renderer | null) => Promise<JobConfig>) | null
  signal: AbortSignal
  /** Milliseconds since 1970 by this machine. */
  now?: () => number
}

/**
 * Looks at all that a preview needs, a line per check; a check that fails never keeps the next from being made. Where
 * nothing answers, all that is asked of the network takes 8 s together.
 */
export async function runDoctor(options: DoctorOptions, onCheck: (check: DoctorCheck) => void): Promise<DoctorReport> {
  const { env, dataDir, now = Date.now } = options
  const findings = createFindings(onCheck)
  checkNode(options.nodeVersion, findings)
  await checkMachine(dataDir, options.studioPort, findings)
  const renderer = await options.kometa().catch((error: unknown) => {
    kometaFailure(error, findings)
    return null
  })
  if (renderer) await checkKometa(renderer, findings)
  await checkIsolation(renderer, env, findings)
  const config = await loadConfig(options, renderer, findings)
  const asking = askOutside(config, env)
  // Awaited below; what a check before it throws must not leave it without a listener.
  asking.catch(() => undefined)
  if (config) {
    await checkOverlays(config, renderer, env, findings)
    await checkServers(config, options, findings)
  }
  checkOutside(await asking, now(), findings)
  return findings.report()
}

async function loadConfig(
  { config }: DoctorOptions,
  renderer: Renderer | null,
  findings: Findings,
): Promise<JobConfig | null> {
  if (!config) {
    const fix = 'Name yours with --config config/config.yml.'
    findings.add('config', 'Config', 'skipped', 'no config was named: Plex is not asked', fix)
    return null
  }
  try {
    const loaded = await config(renderer)
    findings.hide(loaded.secretsForRedaction)
    const libraries = plural(loaded.libraries.length, 'library', 'libraries')
    findings.add('config', 'Config', 'ok', `${loaded.configPath}: ${libraries}`)
    // The TMDb key has a line of its own.
    for (const warning of loaded.warnings.filter((text) => text !== noTmdbKey))
      findings.add('config', 'Config', 'warning', warning, 'Correct it in the config, if you want it otherwise.')
    for (const note of versionNotes(renderer?.version ?? null, loaded))
      findings.add('config', 'Config', 'warning', note, 'Take the section out, or use a Kometa that knows it.')
    return loaded
  } catch (error) {
    findings.fail('config', 'Config', error, 'Correct it there, or name another file with --config.')
    const fix = 'It is asked once the config can be used.'
    findings.add('plex', 'Plex', 'skipped', 'not asked: the config cannot be used', fix)
    return null
  }
}

async function checkOverlays(
  config: JobConfig,
  renderer: Renderer | null,
  env: NodeJS.ProcessEnv,
  { add, fail }: Findings,
): Promise<void> {
  const kometaDir = renderer?.dir ?? null
  const drawn = config.libraries.filter(({ overlayFiles, removeOverlays }) => overlayFiles.length > 0 || removeOverlays)
  for (const library of drawn) {
    const { mappingName } = library
    const label = `Overlay files of ${mappingName}`
    try {
      const faults = await findDefinitionFaults(config, library, { kometaDir, env })
      const checked = await checkLibraries(config, { libraries: [mappingName], kometaDir, env })
      const warnings = checked.filter((warning) => !faults.same.has(warning))
      for (const line of faults.lines)
        add('overlays', label, faults.nothingLeft ? 'problem' : 'warning', line, 'Correct it in that file.')
      const assets = new Set(await checkAssetFolders(config, library))
      for (const warning of warnings) {
        const fix = assets.has(warning)
          ? `Correct asset_directory: relative paths start from ${config.kometaCwd}.`
          : (reachNote(config, [warning]) ?? 'Kometa leaves these overlays out.')
        add('overlays', label, 'warning', warning, fix)
      }
      if (warnings.length + faults.lines.length === 0) add('overlays', label, 'ok', 'all found')
      const real = await realRunNotes(config, { libraries: [mappingName], kometaDir, targets: new Map() })
      for (const note of real)
        add(
          'real-run',
          `A real run of ${mappingName}`,
          'warning',
          note,
          'A preview draws now, and runs overlays alone.',
        )
    } catch (error) {
      fail('overlays', label, error, 'Correct its overlay_files in the config.')
    }
  }
}
