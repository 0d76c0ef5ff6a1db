import { atMost, type BenchOptions, beside, type Figures, median, type Row, shuffled } from './figures.ts'
import { forKometa, type Run, startKometaWorld } from './kometa-world.ts'

const targets = ['1001', '1002', '1003', '1004', '1005']
const middleFilms = 1_000

/**
 * What a preview costs, from the command to its exit, compared with the real Kometa without the proxy. The libraries
 * have 50, 1,000 and BENCH_LARGE films. The floor is a library that has only the five targets. Memory is also measured
 * with a Plex that always sends whole listings.
 */
export async function measurePreviews({ rounds, large, scratch, say }: BenchOptions): Promise<Figures> {
  await using world = await startKometaWorld(scratch)
  using small = await world.server({ films: 50 })
  using middle = await world.server({ films: middleFilms })
  using big = await world.server({ films: large })
  // This Plex does not support narrower questions. It takes no time for an item, because only memory matters here.
  using plain = await world.server({ films: large, scopeHonours: { id: false, title: false }, perItemDelayMs: 0 })
  const sides: Record<string, (round: number) => Promise<Run>> = {
    small: () => world.preview(small, world.config('small', small), targets),
    middle: () => world.preview(middle, world.config('middle', middle), targets),
    large: () => world.preview(big, world.config('large', big), targets),
    filter: () => world.preview(plain, world.config('filter', plain), targets),
    async floor(round) {
      // Kometa writes to this server, so each round gets a new one.
      using own = await world.server({ films: targets.length })
      return await world.direct(own, world.config(`floor-${round}`, own))
    },
  }
  // One preview is not counted: after it, the check of Kometa's requirements is remembered, and the files are in the
  // page cache.
  await sides.small?.(0)
  const all = new Map<string, Run[]>()
  for (let round = 1; round <= rounds; round++) {
    for (const [name, side] of shuffled(Object.entries(sides))) {
      const run = await side(round)
      all.set(name, [...(all.get(name) ?? []), run])
      say(`${round}/${rounds} ${name}: ${(run.ms / 1_000).toFixed(2)} s, ${run.requests} requests`)
    }
  }
  const whole = process.env.BENCH_WHOLE === '0' ? null : await world.direct(middle, world.config('whole', middle))
  if (whole) say(`Kometa straight at 1,000: ${(whole.ms / 1_000).toFixed(1)} s, ${whole.requests} requests`)
  return {
    title: `Previews of 5 targets with default: resolution, large library of ${large.toLocaleString('en')}`,
    rows: rowsOf(all, whole),
    details: { runs: Object.fromEntries(all), whole },
  }
}

function rowsOf(all: ReadonlyMap<string, Run[]>, whole: Run | null): Row[] {
  const of = (name: string, what: (run: Run) => number) => median((all.get(name) ?? []).map(what))
  const seconds = (name: string) => of(name, ({ ms }) => ms) / 1_000
  const mb = (bytes: number | null | undefined) => (bytes ?? Number.NaN) / 1_000_000
  const first = all.get('large')?.[0]
  return [
    atMost('wall time, large library : library of 50', seconds('large') / seconds('small'), 1.1),
    atMost('the same : real Kometa straight at the 5 targets alone', seconds('large') / seconds('floor'), 1),
    atMost(
      'library of 1,000 : real Kometa straight at it (one run)',
      whole ? seconds('middle') / (whole.ms / 1_000) : Number.NaN,
      1 / 15,
    ),
    ...[
      ['preview, library of 50', 'small'],
      ['preview, library of 1,000', 'middle'],
      ['preview, large library', 'large'],
      ['real Kometa straight at 5 films', 'floor'],
    ].map(([figure = '', name = '']) => beside(figure, seconds(name), 's')),
    beside('real Kometa straight at 1,000 films', whole ? whole.ms / 1_000 : 'not run', 's'),
    atMost('requests to Plex for Kometa, large library', of('large', forKometa), 80),
    atMost('the same, library of 1,000: more than that by', of('middle', forKometa) - of('large', forKometa), 0),
    atMost(
      'requests of the self-check',
      of('large', ({ selfCheck }) => selfCheck),
      20,
    ),
    atMost(
      'requests for before pictures',
      of('large', ({ before }) => before),
      3 * targets.length,
    ),
    beside(
      'requests of the verification',
      of('large', ({ verification }) => verification),
    ),
    beside(
      'requests of real Kometa straight at 5 films',
      of('floor', ({ requests }) => requests),
    ),
    atMost(
      'bytes read from Plex without images, large library',
      of('large', (run) => mb(run.bytes - run.imageBytes)),
      3,
      'MB',
    ),
    beside(
      'the same, library of 1,000',
      of('middle', (run) => mb(run.bytes - run.imageBytes)),
      'MB',
    ),
    beside(
      'bytes of images, large library',
      of('large', ({ imageBytes }) => mb(imageBytes)),
      'MB',
    ),
    beside(
      'peak memory of our process, large library',
      of('large', ({ peakBytes }) => mb(peakBytes)),
      'MB',
    ),
    atMost(
      'the same where Plex knows no narrower question',
      of('filter', ({ peakBytes }) => mb(peakBytes)),
      120,
      'MB',
    ),
    beside('scope strategies', [first, all.get('filter')?.[0]].map((run) => run?.strategies.join(', ')).join('; ')),
  ]
}
