import type { GateEntry } from '../../gate/gate-entries.ts'
import type { Ledger } from '../../proxy/ledger/ledger.ts'
import type { JobLog } from '../../util/job-log.ts'
import type { Redactor } from '../../util/redact.ts'

/** Hosts of the summary's table; a config that reaches more than these is odd. */
const maxHosts = 1_000
/** Refused requests that are kept to explain what failed; more of them explain nothing more. */
const maxRefusals = 2_000
const otherHosts = '(all other hosts)'

/** One host that Kometa asked for: how often, how many bytes, and whether it was let through. */
export interface HostCount {
  host: string
  port: number
  verdict: 'pass' | 'block'
  reason: string
  count: number
  bytesUp: number
  bytesDown: number
}

/** A request that the gate did not let through, or could not get through. */
export type Refusal = Pick<GateEntry, 'method' | 'host' | 'port' | 'tls' | 'path' | 'reason'> & {
  /** Milliseconds since 1970. */
  at: number
}

/** What Kometa asked of other hosts. */
export interface GateLog {
  record(source: 'gate' | 'service'): (entry: GateEntry) => void
  hosts(): HostCount[]
  /** In order; if there are very many, the first of them. */
  refusals(): Refusal[]
}

export interface GateLogDeps {
  ledger: Ledger
  log: JobLog
  /** A client may put any secret that it knows into a host name or a path; no entry keeps it. */
  redactor: Redactor
}

/** Writes each entry of the gate into the ledger, counts it by its host, and keeps it if it was refused. */
export function createGateLog({ ledger, log, redactor }: GateLogDeps): GateLog {
  const hosts = new Map<string, HostCount>()
  const refusals: Refusal[] = []
  return {
    record: (source) => (asSent) => {
      const clean = redactor.text
      const entry = { ...asSent, host: clean(asSent.host), path: clean(asSent.path), reason: clean(asSent.reason) }
      count(hosts, entry)
      append(ledger, source, entry)
      if (entry.verdict !== 'block') return
      log.warning(`GATE: ${entry.method} ${placeIn(entry)}: ${entry.reason}`)
      if (source === 'service' || refusals.length >= maxRefusals) return
      const { method, host, port, tls, path, reason, timestamp } = entry
      refusals.push({ method, host, port, tls, path, reason, at: Date.parse(timestamp) })
    },
    hosts: () => [...hosts.values()],
    refusals: () => refusals,
  }
}

function count(hosts: Map<string, HostCount>, entry: GateEntry): void {
  const { verdict, reason, bytesUp, bytesDown } = entry
  // Beyond the bound all other hosts share one row, so that their count and their bytes are still there.
  const room = hosts.size < maxHosts || hosts.has(`${entry.host}:${entry.port} ${verdict}`)
  const { host, port } = room ? entry : { host: otherHosts, port: 0 }
  const key = `${host}:${port} ${verdict}`
  const known = hosts.get(key)
  if (known) {
    known.count += 1
    known.bytesUp += bytesUp
    known.bytesDown += bytesDown
  } else hosts.set(key, { host, port, verdict, reason, count: 1, bytesUp, bytesDown })
}

const placeIn = ({ host, port, path }: GateEntry): string => `${host}${port > 0 ? `:${port}` : ''}${path}`

function append(ledger: Ledger, source: 'gate' | 'service', entry: GateEntry): void {
  const { timestamp: time, method, verdict, reason, bytesUp, bytesDown, durationMs } = entry
  ledger.append({
    ...{ time, source, server: '', method, target: placeIn(entry), verdict, reason, status: 0, durationMs },
    bytes: bytesUp + bytesDown,
  })
}
