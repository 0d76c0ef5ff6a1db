import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { type DoctorCheck, doctorReportSchema } from '../../src/contract/doctor.ts'
import { type DoctorOptions, runDoctor } from '../../src/run/doctor/doctor.ts'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import { fakeCheckout } from '../setup/world.ts'
import { type OutsideWorld, startOutsideWorld } from '../support/network/outside-world.ts'
import { smallLibraries } from '../support/sample-plex.ts'
import { type SamplePlex, startSamplePlex } from '../support/watched-plex.ts'

export const tmdbKey = 'distinctive0tmdb0key0123456789ab'

export interface Case extends Partial<DoctorOptions> {
  /** Default: `goodConfig`. */
  configText?: string
}

export interface DoctorWorld extends AsyncDisposable {
  folder: string
  plex: SamplePlex
  outside: OutsideWorld
  goodConfig(): string
  /** Writes it, and the overlay file that it names. */
  writeConfig(text: string): string
  renderer(): Renderer
  /**
   * The doctor, with all well but what is given. Fails where a line holds a secret, or a line that is not well has no
   * advice.
   */
  examine(given?: Case): Promise<{
    checks: readonly DoctorCheck[]
    problems: number
    warnings: number
    found(id: string): DoctorCheck[]
    one(id: string): DoctorCheck | undefined
  }>
}

/** A machine where all is well: a sample Plex, stand-ins for TMDb and GitHub, a Kometa and a config. */
export async function startDoctorWorld(): Promise<DoctorWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  const outside = await startOutsideWorld(join(folder, 'outside'))
  const plex = await startSamplePlex({
    libraries: smallLibraries(),
    witness: { token: ['sample-plex-token-01', 'wrongTokenWrongToken'], never: [tmdbKey] },
  })

  const goodConfig = () => `plex: {url: ${plex.url}, token: ${plex.token}}
tmdb: {apikey: ${tmdbKey}}
libraries:
  Movies: {overlay_files: [{file: ours.yml}]}
`
  const writeConfig = (text: string) => {
    const path = join(folder, 'config.yml')
    writeFileSync(path, text)
    writeFileSync(join(folder, 'ours.yml'), 'overlays:\n  mark: {overlay: {name: blur(1)}, plex_all: true}\n')
    return path
  }
  const renderer = (): Renderer => ({
    ...{ kind: 'kometa', version: '2.4.4', commit: null, supported: true, warnings: [] },
    ...{ dir: fakeCheckout(join(folder, 'kometa')), command: process.execPath, pythonVersion: '3.11.2' },
    args: () => [],
  })
  return {
    ...{ folder, plex, outside, goodConfig, writeConfig, renderer },
    async examine({ configText, ...more } = {}) {
      const configPath = writeConfig(configText ?? goodConfig())
      const heard: DoctorCheck[] = []
      const report = await runDoctor(
        {
          env: { PATH: process.env.PATH, ...outside.env },
          dataDir: join(folder, 'data'),
          nodeVersion: process.version,
          studioPort: 0,
          kometa: async () => renderer(),
          config: () => loadJobConfig({ kind: 'config', configPath }, { env: {}, kometaCwd: folder }),
          signal: new AbortController().signal,
          ...more,
        },
        (check) => heard.push(check),
      )
      expect(heard).toEqual(report.checks)
      expect(doctorReportSchema.parse(report)).toEqual(report)
      expect(JSON.stringify(report)).not.toContain(plex.token)
      expect(JSON.stringify(report)).not.toContain(tmdbKey)
      for (const { status, fix, id, detail } of report.checks) {
        if (status === 'problem' || status === 'warning') expect(fix, `${id} (${detail}) says what to do`).not.toBe('')
        expect(detail, `${id} is one line`).not.toContain('\n')
      }
      const found = (id: string) => report.checks.filter((check) => check.id === id)
      return { ...report, found, one: (id) => found(id)[0] }
    },
    async [Symbol.asyncDispose]() {
      await plex[Symbol.asyncDispose]()
      await outside[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
