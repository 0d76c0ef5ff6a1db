import type { HostCount, Refusal } from '../around-kometa/gate-log.ts'
import type { JobGate } from '../around-kometa/start-gate.ts'
import { finishScopes, type JobProxies, type JobScopeReport } from '../around-kometa/start-proxies.ts'
import type { Job } from '../job.ts'
import type { KometaRun } from '../kometas/kometa-run.ts'
import type { KometaRuns } from '../kometas/run-kometas.ts'
import { untilSettled } from '../resources.ts'
import { withRefusals } from './faults/refused-stop.ts'
import { suppressionNotes } from './suppression-notes.ts'
import { findUnfaithful, type Unfaithful } from './unfaithful.ts'

/** What came of the Kometas of a job. */
export interface Drawn {
  /** Those that came to an end. */
  kometa: readonly KometaRun[]
  /** What Kometa asked of other hosts. */
  outside: { hosts: readonly HostCount[]; viaUserProxy: boolean; refusals: readonly Refusal[] }
  scopes: readonly JobScopeReport[]
  /** What a preview cannot show as a real run draws it. */
  unfaithful: readonly Unfaithful[]
  warnings: readonly string[]
  /** Errors of ours that kept a Kometa or a later stage from its work. */
  failures: readonly unknown[]
}

export const nothingDrawn: Drawn = {
  kometa: [],
  outside: { hosts: [], viaUserProxy: false, refusals: [] },
  scopes: [],
  unfaithful: [],
  warnings: [],
  failures: [],
}

export const drawnBy = ({ runs, failures }: KometaRuns): Drawn => ({ ...nothingDrawn, kometa: runs, failures })

/** Ends what Kometa left open at the proxies and at the gate, and adds what the gate counted. */
export async function endWays(drawn: Drawn, { proxies, gate }: { proxies: JobProxies; gate: JobGate }): Promise<Drawn> {
  await proxies.drain()
  await gate.end()
  const outside = { hosts: gate.hosts(), viaUserProxy: gate.viaUserProxy, refusals: gate.refusals() }
  const kometa = drawn.kometa.map((run) => ({ ...run, record: withRefusals(run.record, outside.refusals) }))
  return { ...drawn, kometa, outside }
}

/** Asks Plex again what it holds, checks the scopes, and finds what a real run may draw differently. */
export async function lookBack(
  { input, verification, log }: Job,
  drawn: Drawn,
  { scopes: ofServers }: Pick<JobProxies, 'scopes'>,
): Promise<Drawn> {
  const { config, renderer } = input.request
  const verified = verification.after()
  await using _verified = untilSettled(verified)
  const scopes = await finishScopes(ofServers)
  const unfaithful = await findUnfaithful(config, renderer.dir, drawn.kometa, scopes)
  const notes = suppressionNotes(drawn.kometa.map(({ record }) => record))
  const warnings = [...notes, ...new Set(unfaithful.map(({ words }) => words))]
  for (const warning of warnings) log.warning(warning)
  await verified
  return { ...drawn, scopes, unfaithful, warnings }
}
