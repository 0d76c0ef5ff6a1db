import type { Beneath } from '../../../util/beneath/beneath.ts'
import { readChunks } from '../../../util/beneath/file-chunks.ts'
import { parseJson } from '../../../util/parse-json.ts'
import { nullIfUnreadable } from '../files/job-files.ts'
import { journalFiles } from './job-journal.ts'

/** Where one event, or one batch of log lines, lies in a journal. */
export interface Segment {
  id: number
  path: string
  offset: number
  bytes: number
  /** Log lines in it, and the number of the first; 0: it is another event. */
  lines: number
  firstLine: number
}

interface IndexedFile {
  /** Bytes that have been looked at: whole lines only. */
  bytes: number
  segments: Segment[]
}

/** Jobs whose index is kept. */
const maxJobs = 4
/** A journal file is bounded when it is written; more of one that came from elsewhere is not read. */
const maxFileBytes = 64 * 1024 * 1024

/**
 * Where everything in a journal lies, in order, so that a window can be sent its past piece by piece and nobody holds all of
 * it. A journal that grows is read on from where it was left; windows that ask at the same time share one reading.
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

/** Takes the whole lines behind what is known; a line that a crash has torn waits for its end. */
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

/** What is no line of a journal is passed over. */
function segmentOf(line: Buffer, path: string, offset: number): Segment | null {
  const value = parseJson(line.toString('utf8'))
  if (typeof value !== 'object' || value === null || !('id' in value) || !Number.isSafeInteger(value.id)) return null
  const lines = 'lines' in value && Array.isArray(value.lines) ? value.lines : []
  const [first] = lines as { n?: unknown }[]
  const firstLine = typeof first?.n === 'number' ? first.n : 0
  return { id: Number(value.id), path, offset, bytes: line.length, lines: lines.length, firstLine }
}
