import { closeSync, writeSync } from 'node:fs'
import { z } from 'zod'
import { jobStreamEventSchema, logLineSchema } from '../../../contract/api/api-events.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { limits } from '../../limits.ts'
import { nullIfUnreadable, readJobText } from '../files/job-files.ts'
import { studioFolder } from '../store/studio-job-record.ts'

/** An event as it is kept: its number, and where the picture in it is. */
export const storedEventSchema = z.object({
  id: z.number(),
  event: jobStreamEventSchema,
  /** Of a capture, its file, relative to the job folder. */
  path: z.string().nullable().optional(),
})
export type StoredEvent = z.infer<typeof storedEventSchema>

export const storedLinesSchema = z.object({ id: z.number(), lines: z.array(logLineSchema) })
type StoredLines = z.infer<typeof storedLinesSchema>

/** Appends to the journal of a running job. A full disk costs the journal, never the job. */
export interface JournalWriter extends Disposable {
  event(stored: StoredEvent): void
  lines(stored: StoredLines): void
}

const eventsPath = `${studioFolder}/events.jsonl`
const logName = (number: number): string => `lines-${String(number).padStart(6, '0')}.jsonl`
const logPattern = /^lines-(\d{6})\.jsonl$/

/** Log lines go into files of their own, the oldest of which are removed: they are most of a journal, and log.txt has them all. */
export function openJournal(job: Beneath, onFailure: (error: unknown) => void): JournalWriter {
  job.makeFolderSync(studioFolder)
  let failed = false
  let events: number | null = null
  let log: number | null = null
  let logBytes = 0
  let eventCount = 0
  const logFiles = listLogs(job)

  const guard = (write: () => void) => {
    if (failed) return
    try {
      write()
    } catch (error) {
      failed = true
      onFailure(error)
    }
  }
  const nextLog = (): number => {
    if (log !== null) closeSync(log)
    const number = Number(logPattern.exec(logFiles.at(-1) ?? '')?.[1] ?? 0) + 1
    const name = logName(number)
    logFiles.push(name)
    logBytes = 0
    while (logFiles.length > limits.maxLogFiles) job.removeSync(`${studioFolder}/${logFiles.shift()}`)
    log = job.openSync(`${studioFolder}/${name}`, 'append')
    return log
  }

  return {
    event: (stored) =>
      guard(() => {
        eventCount += 1
        if (eventCount > limits.maxJournalEvents) return
        events ??= job.openSync(eventsPath, 'append')
        writeSync(events, `${JSON.stringify(stored)}\n`)
      }),
    lines: (stored) =>
      guard(() => {
        const text = `${JSON.stringify(stored)}\n`
        const file = log === null || logBytes > limits.logFileBytes ? nextLog() : log
        logBytes += Buffer.byteLength(text)
        writeSync(file, text)
      }),
    [Symbol.dispose]() {
      if (events !== null) closeSync(events)
      if (log !== null) closeSync(log)
      events = null
      log = null
      failed = true
    },
  }
}

function listLogs(job: Beneath): string[] {
  return job
    .list(studioFolder)
    .map(({ name }) => name)
    .filter((name) => logPattern.test(name))
    .sort()
}

/** The files of a journal, log lines by their age; [] where there is none. */
export function journalFiles(job: Beneath): string[] {
  try {
    return [eventsPath, ...listLogs(job).map((name) => `${studioFolder}/${name}`)]
  } catch (error) {
    return nullIfUnreadable(error) ?? []
  }
}

/** Every event of a journal but log lines, in order. A line that a crash has torn is left out. */
export async function readEvents(job: Beneath): Promise<StoredEvent[]> {
  return readLines(job, eventsPath, storedEventSchema)
}

/** Bytes of a journal file that are read; it is bounded when it is written. */
const maxFileBytes = 64 * 1024 * 1024

async function readLines<Schema extends z.ZodType>(
  job: Beneath,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>[]> {
  const text = (await readJobText(job, path, maxFileBytes)) ?? ''
  return text.split('\n').flatMap((line) => {
    if (line === '') return []
    try {
      return schema.safeParse(JSON.parse(line)).data ?? []
    } catch (error) {
      if (error instanceof SyntaxError) return []
      throw error
    }
  })
}
