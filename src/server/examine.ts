import type { DoctorReport } from '../contract/doctor.ts'
import { runDoctor } from '../run/doctor.ts'
import type { StudioParts } from './routes/context.ts'

/** The doctor's checks for the connected config, for the Connect screen. */
export async function examine(parts: StudioParts, signal: AbortSignal): Promise<DoctorReport> {
  const connection = parts.connections.current()
  const config = connection?.config ?? null
  const report = await runDoctor(
    {
      env: parts.start.env,
      dataDir: parts.dataDir,
      nodeVersion: process.versions.node,
      // It is taken by us.
      studioPort: null,
      kometa: parts.kometa.renderer,
      config: config ? async () => config : null,
      signal,
    },
    () => undefined,
  )
  const scrub = (text: string) => connection?.scrub(text) ?? text
  return {
    ...report,
    checks: report.checks.map((check) => ({ ...check, detail: scrub(check.detail), fix: scrub(check.fix) })),
  }
}
