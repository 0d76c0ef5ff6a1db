import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { writeFileAtomic } from '../../src/util/files/atomic-file.ts'
import type { SamplePlex } from '../support/sample-plex.ts'

/** Requests as Kometa wrote them, without anything about the machine it ran on. `TOKEN` and `HOST` stand for Plex's. */
const recordingSchema = z.object({
  kometa: z.object({ version: z.string(), commit: z.string().nullable() }),
  /** The scenario whose library the requests are about. */
  scenario: z.string(),
  /** Header lines in Kometa's order; a request refers to its set by index. */
  headers: z.array(z.array(z.string())),
  requests: z.array(
    z.object({
      /** What the proxy must do with the request. */
      verdict: z.enum(['forward', 'capture', 'block']),
      method: z.string(),
      target: z.string(),
      headers: z.int().nonnegative(),
      /** The request had a body, which is always an image, since Kometa sends no other bodies. */
      image: z.boolean().optional(),
      /** How often the request occurs in the run. */
      times: z.int().positive(),
    }),
  ),
})
export type Recording = z.infer<typeof recordingSchema>

export const recordedScenarios = ['recorded-movies', 'recorded-shows'] as const

/** The sample Plex's clock: its answers, and so Kometa's requests, have the same dates in every run. */
export const sampleClock = (): number => Date.UTC(2026, 0, 1)

const folder = fileURLToPath(new URL('../fixtures/kometa-requests/', import.meta.url))

export const readRecording = (scenario: string): Recording =>
  recordingSchema.parse(JSON.parse(readFileSync(`${folder}${scenario}.json`, 'utf8')))

/** Writes the requests that a sample Plex got during a whole run of Kometa, each request once. */
export async function writeRecording(
  scenario: string,
  kometa: Recording['kometa'],
  plex: Pick<SamplePlex, 'journal' | 'token' | 'url'>,
): Promise<void> {
  const headerSets: string[][] = []
  const requests = new Map<string, Recording['requests'][number]>()
  // The sample Plex's own fetches for an upload by URL do not come from Kometa.
  const fromKometa = plex.journal.filter(
    ({ headerLines }) => !headerLines.some((line) => /^user-agent: node$/i.test(line)),
  )
  for (const entry of fromKometa) {
    const lines = entry.headerLines.flatMap((line) => plainHeader(line))
    const target = withoutPlace(entry.target, plex)
    const key = JSON.stringify([entry.method, target, lines])
    const known = requests.get(key)
    if (known) {
      known.times += 1
      continue
    }
    const isUpload = entry.method === 'POST' && /\/(?:posters|arts|clearLogos|squareArts)(?:\?|$)/.test(target)
    requests.set(key, {
      verdict: isUpload ? 'capture' : entry.isWrite ? 'block' : 'forward',
      method: entry.method,
      target,
      headers: placeOf(headerSets, lines),
      ...(entry.bodyBytes > 0 && { image: true }),
      times: 1,
    })
  }
  const recording: Recording = { kometa, scenario, headers: headerSets, requests: [...requests.values()] }
  await mkdir(folder, { recursive: true })
  // One request per line keeps diffs readable.
  const list = recording.requests.map((request) => `    ${JSON.stringify(request)}`).join(',\n')
  const { requests: _requests, ...head } = recording
  const text = `${JSON.stringify(head, null, 2).replace(/\n\}$/, '')},\n  "requests": [\n${list}\n  ]\n}\n`
  await writeFileAtomic(`${folder}${scenario}.json`, text)
}

function placeOf(sets: string[][], lines: string[]): number {
  const text = lines.join('\n')
  const place = sets.findIndex((set) => set.join('\n') === text)
  return place < 0 ? sets.push(lines) - 1 : place
}

/** Only the names of these headers come from Kometa; their values come from the machine. */
const machineHeaders = [
  'x-plex-client-identifier',
  'x-plex-device',
  'x-plex-device-name',
  'x-plex-platform',
  'x-plex-platform-version',
  'user-agent',
]

function plainHeader(line: string): string[] {
  const [name = ''] = line.split(':', 1)
  const lower = name.toLowerCase()
  if (lower === 'host' || lower === 'content-length') return []
  if (lower === 'x-plex-token') return [`${name}: TOKEN`]
  return [machineHeaders.includes(lower) ? `${name}: sample` : line]
}

function withoutPlace(target: string, { url, token }: Pick<SamplePlex, 'token' | 'url'>): string {
  const host = new URL(url).host
  return target.replaceAll(token, 'TOKEN').replaceAll(encodeURIComponent(host), 'HOST').replaceAll(host, 'HOST')
}
