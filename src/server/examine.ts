import type { JobConfig } from '../config/job-config.ts'
import type { DoctorReport } from '../contract/doctor.ts'
import { AppError } from '../contract/errors.ts'
import { runDoctor } from '../run/doctor.ts'
import type { LiveConnection } from './connect/connection.ts'
import type { StudioParts } from './routes/context.ts'

/** The config that is connected; where it cannot be used, the words that the Connect screen has for it. */
function connectedConfig({ config, reply }: LiveConnection): () => Promise<JobConfig> {
  return async () => {
    if (config) return config
    const [problem] = reply.problems.filter(({ severity }) => severity === 'error')
    throw new AppError('CONFIG_INVALID', problem?.message ?? 'the config cannot be used', {
      hint: 'Correct it on the Connect screen.',
    })
  }
}

/** The doctor's checks for the connected config, for the Connect screen. */
export async function examine(parts: StudioParts, signal: AbortSignal): Promise<DoctorReport> {
  const connection = parts.connections.current()
  const config = connection ? connectedConfig(connection) : null
  const report = await runDoctor(
    {
      env: parts.start.env,
      dataDir: parts.dataDir,
      nodeVersion: process.versions.node,
      // It is taken by us.
      studioPort: null,
      kometa: parts.kometa.renderer,
      config,
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
