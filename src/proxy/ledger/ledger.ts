import { hash } from 'node:crypto'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { visibleJson } from '../../util/visible.ts'
import { createLedgerWriter } from './ledger-files.ts'

/** One request to the proxy, the gate or a read-only service proxy, and what became of it. No token stands in it. */
export interface LedgerEntry {
  /** ISO 8601, UTC. */
  time: string
  /** Who decided. */
  source: 'proxy' | 'gate' | 'service'
  /** machineIdentifier of the Plex server, or the name of the service; '' for the gate. */
  server: string
  method: string
  /** Path and query, or host:port; tokens taken out. */
  target: string
  verdict: 'forward' | 'answer' | 'capture' | 'block' | 'refuse' | 'pass'
  reason: string
  /** What the client got; 0 for a tunnel. */
  status: number
  bytes: number
  durationMs: number
  /** The client did not get what it asked for: Plex failed, or we did. The verdict stays what was decided. */
  outcome?: 'failed'
  /** For an answer of Plex without a length: only the end of the connection showed that it is whole. */
  end?: 'close-delimited'
}

export interface LedgerLimits {
  /** A larger file becomes `ledger-<n>.jsonl`, and a new one begins. */
  maxFileBytes: number
  /**
   * When all files together are larger, reads and requests that the gate passed are only counted. Verdicts on writes
   * are always written.
   */
  maxTotalBytes: number
  /** A line of a read waits at most this long for further lines before it is written. */
  flushAfterMs: number
}

export const defaultLedgerLimits: LedgerLimits = {
  maxFileBytes: 16 * 1024 * 1024,
  maxTotalBytes: 128 * 1024 * 1024,
  flushAfterMs: 200,
}

/** Most reads that wait to be written together. */
const maxUnsealed = 256

/** The `prev` of the first line. */
export const genesis = '0'.repeat(64)

export interface LedgerHead {
  /** SHA-256 of the last line, hex; `genesis` for an empty ledger. */
  head: string
  /** Lines written. */
  count: number
  /** Reads that were only counted. */
  uncounted_reads: number
  /** The files in their order, without their folder. */
  files: string[]
}

export interface Ledger extends Disposable {
  /** Throws when the disk does not take the line of a write. The line of a read waits, or the read is only counted. */
  append(entry: LedgerEntry): void
  /** Writes all lines that wait, and syncs. Throws when the disk does not take them. */
  flush(): void
  head(): LedgerHead
}

/**
 * A journal in which each line carries the hash of the line before it, so that nobody can remove or change a line
 * unnoticed. It is `ledger.jsonl` in the folder, and replaces an earlier ledger there: one job, one ledger.
 */
export function createLedger(folder: Beneath, limits: Partial<LedgerLimits> = {}): Ledger {
  const { maxFileBytes, maxTotalBytes, flushAfterMs } = { ...defaultLedgerLimits, ...limits }
  const files = createLedgerWriter(folder, maxFileBytes)
  const chain = createChain()
  let uncountedReads = 0
  /** Not yet lines: many at a time cost a third of what each costs on its own between two requests. */
  let unsealed: LedgerEntry[] = []
  /** What no disk has taken yet. */
  let unwritten = Buffer.alloc(0)
  let timer: NodeJS.Timeout | null = null

  const seal = () => {
    if (unsealed.length > 0) unwritten = Buffer.concat([unwritten, Buffer.from(unsealed.map(chain.lineOf).join(''))])
    unsealed = []
  }
  const write = () => {
    if (timer) clearTimeout(timer)
    timer = null
    if (!files.isOpen()) return
    seal()
    // What a full disk does not take stays here, whole and in its order: the chain goes on when there is room again.
    while (unwritten.length > 0) unwritten = unwritten.subarray(files.write(unwritten))
    files.rotateWhenFull()
  }
  const writeLater = () => {
    try {
      write()
    } catch {
      // Nobody is there to be told: the next entry, or the flush at the end, tries again and tells.
    }
  }
  /** Throws for a write alone: its client must not hear a success. For a read, a throw would end the process. */
  const tryToWrite = (entry: LedgerEntry): boolean => {
    try {
      write()
      return true
    } catch (error) {
      if (isAboutWrite(entry)) throw error
      return false
    }
  }

  return {
    append(entry) {
      const isRead = /^(forward|answer|pass)$/.test(entry.verdict) && !isAboutWrite(entry)
      const isTooMuch = files.totalBytes() > maxTotalBytes && !isAboutWrite(entry)
      // When the disk takes nothing, memory must not grow: a client that writes hears of it, a read is only counted.
      if (isTooMuch || (unwritten.length > 0 && !tryToWrite(entry))) {
        uncountedReads += 1
        return
      }
      unsealed.push(entry)
      if (!isRead || unsealed.length >= maxUnsealed) tryToWrite(entry)
      else timer ??= setTimeout(writeLater, flushAfterMs).unref()
    },
    flush() {
      write()
      files.sync()
    },
    head() {
      seal()
      return { ...chain.head(), uncounted_reads: uncountedReads, files: files.names() }
    },
    [Symbol.dispose]() {
      if (!files.isOpen()) return
      try {
        write()
        files.sync()
      } finally {
        files.close()
      }
    },
  }
}

/** Makes lines of entries, each with the hash of the line before it. */
function createChain(): { lineOf(entry: LedgerEntry): string; head(): Pick<LedgerHead, 'head' | 'count'> } {
  let head = genesis
  let count = 0
  return {
    lineOf(entry) {
      count += 1
      const line = visibleJson({ seq: count, prev: head, ...entry })
      head = hash('sha256', line, 'hex')
      return `${line}\n`
    },
    head: () => ({ head, count }),
  }
}

/**
 * True for every method but those of reads on its way to Plex or to a service, whatever the verdict: above all for a
 * forwarded write.
 */
function isAboutWrite({ source, method }: LedgerEntry): boolean {
  return source !== 'gate' && !reads.has(method)
}
/** `?` stands for bytes that never became a request. */
const reads: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'CONNECT', '?'])
