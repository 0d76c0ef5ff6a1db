import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import type { Summary } from '../../src/contract/summary.ts'

/** One thing that Kometa did: a line of its log, or a request to Plex. */
const stepSchema = z.union([
  z.object({ log: z.string() }),
  z.object({ method: z.string(), target: z.string(), image: z.enum(['marked', 'plain']).optional() }),
])
export type Step = z.infer<typeof stepSchema>

const recordingSchema = z.object({
  kometa: z.object({ version: z.string().nullable(), commit: z.string().nullable() }),
  /** Files in the user's folder that a first run of Kometa and `mutate.py` left: path -> base64. */
  files: z.record(z.string(), z.string()),
  /** What the first run wrote to Plex. */
  warmup: z.array(z.object({ method: z.string(), target: z.string(), body: z.string() })),
  /** One process for each group of libraries. */
  processes: z.array(z.object({ libraries: z.array(z.string()), exitCode: z.int(), steps: z.array(stepSchema) })),
})
export type Recording = z.infer<typeof recordingSchema>

const folder = fileURLToPath(new URL('../fixtures/case-runs/', import.meta.url))
const fileOf = (name: string) => join(folder, `${name}.json.gz`)

export const hasRecording = (name: string): boolean => existsSync(fileOf(name))

export function readRecording(name: string): Recording {
  return recordingSchema.parse(JSON.parse(gunzipSync(readFileSync(fileOf(name))).toString('utf8')))
}

export const recordingPath = fileOf

export async function writeRecording(name: string, recording: Recording): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(fileOf(name), gzipSync(JSON.stringify(recording), { level: 9 }))
}

/**
 * What each Kometa of a job did, in order, from its log and the job's ledger. `hide` removes the paths of this machine.
 */
export async function processesOf(
  jobDir: string,
  summary: Summary,
  hide: (text: string) => string,
): Promise<Recording['processes']> {
  const requests = await readRequests(jobDir, summary)
  return Promise.all(
    summary.kometa_runs.map(async ({ libraries, logs, exit_code: exitCode }) => {
      const text = await readFile(join(jobDir, logs, 'meta.log'), 'utf8').catch(() => '')
      const lines = text.split('\n').filter((line) => line !== '')
      const steps: Step[] = []
      const waiting = requests.filter(({ at }) => at >= firstTime(lines) && at <= lastTime(lines))
      for (const line of lines) {
        const at = timeOf(line)
        while (at !== null && waiting[0] && waiting[0].at < at) steps.push(...take(waiting))
        steps.push({ log: hide(line) })
      }
      while (waiting.length > 0) steps.push(...take(waiting))
      return { libraries, exitCode: exitCode ?? 0, steps }
    }),
  )
}

interface TimedRequest {
  at: number
  step: Step
}

const take = (waiting: TimedRequest[]): Step[] => waiting.splice(0, 1).map(({ step }) => step)

async function readRequests(jobDir: string, summary: Summary): Promise<TimedRequest[]> {
  const requests: TimedRequest[] = []
  const captures = [...summary.captured_uploads].sort((one, other) => one.seq - other.seq)
  for (const file of summary.ledger.files) {
    for (const line of (await readFile(join(jobDir, 'output', file), 'utf8')).split('\n')) {
      if (line === '') continue
      const entry = JSON.parse(line) as Record<string, string>
      if (entry.source !== 'proxy') continue
      const { method = '', target = '', time = '', verdict } = entry
      const capture = verdict === 'capture' ? captures.shift() : undefined
      const image = capture ? { image: capture.overlay_mark ? ('marked' as const) : ('plain' as const) } : {}
      requests.push({ at: Date.parse(time), step: { method, target, ...image } })
    }
  }
  return requests
}

const timePattern = /^\[(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d),(\d{3})\]/

function timeOf(line: string): number | null {
  const found = timePattern.exec(line)
  if (!found) return null
  const [year = 0, month = 1, day, hours, minutes, seconds, ms] = found.slice(1).map(Number)
  return new Date(year, month - 1, day, hours, minutes, seconds, ms).getTime()
}

const times = (lines: readonly string[]): number[] => lines.flatMap((line) => timeOf(line) ?? [])
const firstTime = (lines: readonly string[]): number => Math.min(...times(lines))
const lastTime = (lines: readonly string[]): number => Math.max(...times(lines)) + 1000

/** The files below a folder, with their bytes as base64. */
export async function folderBytes(root: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(root, path).replaceAll('\\', '/')
    if (entry.isFile() && !/(?:^|\/)logs\//.test(name)) files[name] = (await readFile(path)).toString('base64')
  }
  return files
}

/** Kometa's first run writes settings into config.yml, so the file then names the Plex of that run. */
export async function writeFolderBytes(root: string, files: Record<string, string>, plexUrl: string): Promise<void> {
  for (const [name, base64] of Object.entries(files)) {
    const path = join(root, name)
    const bytes = Buffer.from(base64, 'base64')
    await mkdir(dirname(path), { recursive: true })
    const text = () => bytes.toString('utf8').replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, plexUrl)
    await writeFile(path, name.endsWith('.yml') ? text() : bytes)
  }
}
