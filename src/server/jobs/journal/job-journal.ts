import { closeSync, writeSync } from 'node:fs'
import { z } from 'zod'
import { jobStreamEventSchema, logLineSchema } from '../../../contract/api/api-events.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { limits } from '../../limits.ts'
import { nullIfUnreadable, readJobText } from '../files/job-files.ts'
import { studioFolder } from '../store/studio-job-record.ts'

/** An event in the journal, with its number and the path of its picture. */
export const storedEventSchema = z.object({
  id: z.number(),
  event: jobStreamEventSchema,
  /** The file of a capture, relative to the job folder. */
  path: z.string().nullable().optional(),
})
export type StoredEvent = z.infer<typeof storedEventSchema>

export const storedLinesSchema = z.object({ id: z.number(), lines: z.array(logLineSchema) })
type StoredLines = z.infer<typeof storedLinesSchema>

/** Appends to the journal of a running job. If the disk is full, the journal stops and the job goes on. */
export interface JournalWriter extends Disposable {
  event(stored: StoredEvent): void
  lines(stored: StoredLines): void
}

const eventsPath = `${studioFolder}/events.jsonl`
const logName = (number: number): string => `lines-${String(number).padStart(6, '0')}.jsonl`
const logPattern = /^lines-(\d{6})\.jsonl$/

/**
 * Log lines are most of a journal, so they have their own files, and the oldest files are removed. log.txt has all
 * lines.
 */
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

/** The files of a journal, those of log lines by their age; [] if there is no journal. */
export function journalFiles(job: Beneath): string[] {
  try {
    return [eventsPath, ...listLogs(job).map((name) => `${studioFolder}/${name}`)]
  } catch (error) {
    return nullIfUnreadable(error) ?? []
  }
}

/** The events of a journal in order, without log lines. A line that a crash has cut off is left out. */
export async function readEvents(job: Beneath): Promise<StoredEvent[]> {
  return readLines(job, eventsPath, storedEventSchema)
}

/** A journal file is bounded when it is written; more than this is not ours, and is not read. */
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
