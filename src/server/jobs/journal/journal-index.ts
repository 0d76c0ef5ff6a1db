import type { Beneath } from '../../../util/beneath/beneath.ts'
import { readChunks } from '../../../util/beneath/file-chunks.ts'
import { parseJson } from '../../../util/parse-json.ts'
import { nullIfUnreadable } from '../files/job-files.ts'
import { journalFiles } from './job-journal.ts'

/** Where an event, or a batch of log lines, is in a journal. */
export interface Segment {
  id: number
  path: string
  offset: number
  bytes: number
  /** The number of log lines; 0 for any other event. */
  lines: number
  /** The number of the first log line. */
  firstLine: number
}

interface IndexedFile {
  /** The bytes that have been indexed; only whole lines are. */
  bytes: number
  segments: Segment[]
}

/** The number of jobs whose index is kept. */
const maxJobs = 4
/** A journal file is bounded when it is written; a larger one is not ours, and is not read. */
const maxFileBytes = 64 * 1024 * 1024

/**
 * Indexes a journal in order, so that its events can be sent to a window piece by piece, without all of them in memory.
 * A journal that has grown is read from where the index ends. Windows that ask at the same time share one reading.
 */
export function createJournalIndex(): (job: Beneath) => Promise<readonly Segment[]> {
  const jobs = new Map<string, { files: Map<string, IndexedFile>; turn: Promise<unknown> }>()

  async function read(job: Beneath, files: Map<string, IndexedFile>): Promise<readonly Segment[]> {
    const names = journalFiles(job)
    for (const gone of [...files.keys()].filter((path) => !names.includes(path))) files.delete(gone)
    for (const path of names) {
      const info = await job.look(path)
      if (!info?.isFile() || info.size > maxFileBytes) continue
      const known = files.get(path)
      const file = known && known.bytes <= info.size ? known : { bytes: 0, segments: [] }
      files.set(path, file)
      if (file.bytes < info.size) await readOn(job, path, file)
    }
    return [...files.values()].flatMap(({ segments }) => segments).sort((a, b) => a.id - b.id)
  }

  return (job) => {
    const key = job.realPath
    const known = jobs.get(key) ?? { files: new Map(), turn: Promise.resolve() }
    jobs.delete(key)
    jobs.set(key, known)
    for (const oldest of jobs.keys()) {
      if (jobs.size <= maxJobs) break
      jobs.delete(oldest)
    }
    const next = known.turn.then(() => read(job, known.files))
    known.turn = next.catch(() => undefined)
    return next
  }
}

/** Indexes the whole lines after those that are known. An unfinished line is left for the next time. */
async function readOn(job: Beneath, path: string, file: IndexedFile): Promise<void> {
  const opened = await job.open(path, 'read').catch(nullIfUnreadable)
  if (opened === null) return
  await using _closed = opened
  let rest = Buffer.alloc(0)
  for await (const chunk of readChunks(opened, file.bytes)) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      const segment = segmentOf(bytes.subarray(0, end), path, file.bytes)
      if (segment) file.segments.push(segment)
      file.bytes += end + 1
      bytes = bytes.subarray(end + 1)
    }
    rest = Buffer.from(bytes)
  }
}

/** null for a line that is no event. */
function segmentOf(line: Buffer, path: string, offset: number): Segment | null {
  const value = parseJson(line.toString('utf8'))
  if (typeof value !== 'object' || value === null || !('id' in value) || !Number.isSafeInteger(value.id)) return null
  const lines = 'lines' in value && Array.isArray(value.lines) ? value.lines : []
  const [first] = lines as { n?: unknown }[]
  const firstLine = typeof first?.n === 'number' ? first.n : 0
  return { id: Number(value.id), path, offset, bytes: line.length, lines: lines.length, firstLine }
}
