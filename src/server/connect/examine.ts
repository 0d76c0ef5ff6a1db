import type { JobConfig } from '../../config/read/user-config.ts'
import type { DoctorReport } from '../../contract/doctor.ts'
import { AppError } from '../../contract/errors.ts'
import { runDoctor } from '../../run/doctor/doctor.ts'
import type { StudioParts } from '../routes/studio-parts.ts'
import type { LiveConnection } from './connection.ts'

/** The connected config. If it cannot be used, this throws with the words of the Connect screen. */
function connectedConfig({ config, reply }: LiveConnection): () => Promise<JobConfig> {
  return async () => {
    if (config) return config
    const [problem] = reply.problems.filter(({ severity }) => severity === 'error')
    throw new AppError('CONFIG_INVALID', problem?.message ?? 'the config cannot be used', {
      hint: 'Correct it on the Connect screen.',
    })
  }
}

/** Runs the doctor's checks on the connected config, for the Connect screen. */
export type Examine = (parts: StudioParts, signal: AbortSignal) => Promise<DoctorReport>

/**
 * The checks start Python and ask Plex, so all who ask at the same time share them. They end when nobody waits any
 * more.
 */
export function createExaminer(): Examine {
  let current: {
    connectionId: string | null
    waiters: number
    abort: AbortController
    report: Promise<DoctorReport>
  } | null
  current = null

  return async (parts, signal) => {
    const connectionId = parts.connections.current()?.id ?? null
    if (current?.connectionId !== connectionId) {
      const abort = new AbortController()
      const report = examine(parts, abort.signal).finally(() => {
        if (current === mine) current = null
      })
      // Those who wait get the failure.
      report.catch(() => undefined)
      const mine = { connectionId, waiters: 0, abort, report }
      current = mine
    }
    const shared = current
    shared.waiters += 1
    let leave: (reason: unknown) => void = () => undefined
    const left = new Promise<never>((_, reject) => {
      leave = reject
    })
    const onAbort = () => leave(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      signal.throwIfAborted()
      return await Promise.race([shared.report, left])
    } finally {
      signal.removeEventListener('abort', onAbort)
      shared.waiters -= 1
      if (shared.waiters === 0) {
        if (current === shared) current = null
        shared.abort.abort(new DOMException('nobody waits for it', 'AbortError'))
      }
    }
  }
}

async function examine(parts: StudioParts, signal: AbortSignal): Promise<DoctorReport> {
  const connection = parts.connections.current()
  const config = connection ? connectedConfig(connection) : null
  const report = await runDoctor(
    {
      env: parts.start.env,
      dataDir: parts.dataDir,
      nodeVersion: process.versions.node,
      // The studio itself uses it.
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
