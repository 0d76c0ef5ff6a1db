import { atMost, type BenchOptions, beside, type Figures, median, shuffled } from './figures.ts'
import { type Run, startKometaWorld } from './kometa-world.ts'

const films = 1_000
const libraries = ['Movies', 'Movies 2']
/** Five targets in each library. The ratingKeys of the second library begin at 3,001. */
const targets = [1_001, 1_002, 1_003, 1_004, 1_005, 3_001, 3_002, 3_003, 3_004, 3_005].map(String)
/** A rate-limited service makes the libraries share one Kometa. Without an account, Kometa sends no requests to it. */
const shared = 'mal: {cache_expiration: 60}\n'

/** Targets in two libraries: one Kometa per library, side by side, compared with one Kometa for both. */
export async function measureTwoLibraries({ rounds, scratch, say }: BenchOptions): Promise<Figures> {
  await using world = await startKometaWorld(scratch)
  using server = await world.server({ films, libraries: libraries.length })
  const configs = {
    apart: world.config('apart', server, { libraries }),
    together: world.config('together', server, { libraries, more: shared }),
  }
  const sides = { apart: 2, together: 1 }
  await world.preview(server, configs.apart, targets)
  const all: Record<keyof typeof sides, Run[]> = { apart: [], together: [] }
  for (let round = 1; round <= rounds; round++) {
    for (const name of shuffled(['apart', 'together'] as const)) {
      const run = await world.preview(server, configs[name], targets)
      if (run.kometas !== sides[name]) throw new Error(`${run.kometas} Kometas ran, not ${sides[name]}`)
      all[name].push(run)
      say(`${round}/${rounds} ${name}: ${(run.ms / 1_000).toFixed(2)} s`)
    }
  }
  const seconds = (name: keyof typeof sides) => median(all[name].map(({ ms }) => ms)) / 1_000
  return {
    title: 'Targets in two libraries',
    rows: [
      atMost('a Kometa for each at once : one Kometa for both', seconds('apart') / seconds('together'), 0.7),
      beside('a Kometa for each', seconds('apart'), 's'),
      beside('one Kometa for both', seconds('together'), 's'),
    ],
    details: all,
  }
}
