import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kometaRenderer } from '../src/cli/kometa-renderer.ts'
import { loadJobConfig } from '../src/config/read/user-config.ts'
import { openRemembered, type Remembered } from '../src/run/reuse/remembered.ts'
import { runJob } from '../src/run/run.ts'
import { atMost, type BenchOptions, beside, type Figures, median } from './figures.ts'
import { countsOf, forKometa, startKometaWorld } from './kometa-world.ts'
import type { BenchCounts } from './sample-server.ts'

const films = 1_000
const targets = ['1001', '1002', '1003', '1004', '1005']

/** A user's overlay file, such as one that the user edits again and again. */
const overlayFile = (text: string) => `overlays:
  resolution:
    overlay: {name: "text(${text})", horizontal_align: left, vertical_align: top, back_color: "#000000B3", back_width: 300, back_height: 105}
    plex_search: {all: {resolution: 1080}}
  everything:
    overlay: {name: "text(<<runtimeH>>h)", horizontal_align: right, vertical_align: bottom}
    plex_all: true
`

interface Pair {
  first: Preview
  second: Preview
}

type Preview = BenchCounts & { ms: number; selfCheck: number; before: number; verification: number }

/** Two previews with an edit to one overlay file in between. The process remembers its reads, as the studio does. */
export async function measureSecondPreview({ rounds, scratch, say }: BenchOptions): Promise<Figures> {
  await using world = await startKometaWorld(scratch)
  using server = await world.server({ films })
  const files = { config: join(scratch, 'studio/config/config.yml'), overlay: join(scratch, 'studio/config/mine.yml') }
  world.config('studio', server, { overlays: '{file: config/mine.yml}' })
  const dataDir = join(scratch, 'data')
  const { signal } = new AbortController()
  const renderer = await kometaRenderer({}, dataDir, world.env)

  const run = async (jobDir: string, remembered: Remembered) => {
    await server.ask('clear')
    const config = await loadJobConfig(
      { kind: 'config', configPath: files.config },
      { env: world.env, kometaDir: renderer.dir ?? '' },
    )
    const started = performance.now()
    const summary = await runJob({
      ...{ config, jobDir, specs: targets, renderer, dataDir, remembered, env: world.env, signal },
      ...{ keepWorkspace: false, writeJobFile: true, scoped: true, proxyPort: 0 },
      onEvent: () => undefined,
      onLine: () => undefined,
    })
    const ms = performance.now() - started
    if (summary.status !== 'success') throw new Error(`the preview was no success: ${summary.problems.join('; ')}`)
    const { selfCheck, before, verification } = countsOf(summary, targets.length)
    const pictures = readFileSync(join(jobDir, 'output/summary.json'), 'utf8').match(/"sha256": "[0-9a-f]+"/g)
    return {
      ...(await server.ask<BenchCounts>('count')),
      ms,
      selfCheck,
      before,
      verification,
      pictures: pictures?.join(),
    }
  }

  const pairs: Pair[] = []
  for (let round = 1; round <= rounds; round++) {
    await using remembered = await openRemembered(join(scratch, `remembered-${round}`), { lasting: true })
    writeFileSync(files.overlay, overlayFile('Full HD'))
    const first = await run(join(scratch, `job-${round}-first`), remembered)
    writeFileSync(files.overlay, overlayFile('1080p'))
    const second = await run(join(scratch, `job-${round}-second`), remembered)
    if (first.pictures === second.pictures) throw new Error('the edit shows in no picture')
    pairs.push({ first, second })
    say(`${round}/${rounds}: ${first.requests} requests, then ${second.requests}`)
  }
  const of = (which: keyof Pair, what: (preview: Preview) => number) => median(pairs.map((pair) => what(pair[which])))
  return {
    title: 'A second preview after an edit to one overlay file',
    rows: [
      atMost('requests to Plex for Kometa', of('second', forKometa), 10),
      beside(
        'requests of the self-check',
        of('second', ({ selfCheck }) => selfCheck),
      ),
      beside(
        'requests for before pictures',
        of('second', ({ before }) => before),
      ),
      beside(
        'requests of the verification',
        of('second', ({ verification }) => verification),
      ),
      beside('requests of the first preview for Kometa', of('first', forKometa)),
      beside('wall time, second : first', of('second', ({ ms }) => ms) / of('first', ({ ms }) => ms)),
    ],
    details: pairs.map(({ first, second }) => ({
      first: { ...first, pictures: '' },
      second: { ...second, pictures: '' },
    })),
  }
}
