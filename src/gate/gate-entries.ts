import type { Socket } from 'node:net'

/** One request to the gate, and its outcome. */
export interface GateEntry {
  /** ISO 8601, UTC. */
  timestamp: string
  /**
   * CONNECT, or the method of a request that the gate could read: plain HTTP, or one that it refused from within its
   * tunnel.
   */
  method: string
  host: string
  port: number
  /** Over https, or in a tunnel. */
  tls: boolean
  /** The path of a refused request that the gate could read, without its query. */
  path: string
  verdict: 'pass' | 'block'
  /** Why it was blocked or failed; '' when it succeeded. */
  reason: string
  /** From Kometa to the host. */
  bytesUp: number
  /** From the host to Kometa. */
  bytesDown: number
  durationMs: number
}

/** The entry of a request that is under way. It says `block` until the request is let through. */
export interface OpenGateEntry {
  entry: GateEntry
  /** The connection to the host, once there is one; it counts the bytes. */
  remote: Socket | null
  /** Hands the entry over. Further calls do nothing. */
  close(): void
  /** Drops the entry, because one of our proxies records the request. */
  forget(): void
}

export interface GateEntries {
  open(request: Pick<GateEntry, 'method' | 'host' | 'port' | 'tls'>): OpenGateEntry
  /** Closes the entries that are still open at the end of the job, so that none is missing. */
  closeAll(): void
}

export function createGateEntries(onEntry: (entry: GateEntry) => void): GateEntries {
  const unfinished = new Set<OpenGateEntry>()
  return {
    open(request) {
      const started = performance.now()
      const entry: GateEntry = {
        timestamp: new Date().toISOString(),
        ...request,
        path: '',
        verdict: 'block',
        reason: '',
        bytesUp: 0,
        bytesDown: 0,
        durationMs: 0,
      }
      const record: OpenGateEntry = {
        entry,
        remote: null,
        close() {
          if (!unfinished.delete(record)) return
          entry.durationMs = Math.round(performance.now() - started)
          entry.bytesUp = record.remote?.bytesWritten ?? 0
          entry.bytesDown = record.remote?.bytesRead ?? 0
          onEntry(entry)
        },
        forget: () => void unfinished.delete(record),
      }
      unfinished.add(record)
      return record
    },
    closeAll() {
      for (const record of unfinished) {
        record.entry.reason ||= 'it was open when the job ended'
        record.close()
      }
    },
  }
}
