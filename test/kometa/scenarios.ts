import type { Scenario } from './scenario.ts'
import { bases } from './scenarios/bases.ts'
import { cache } from './scenarios/cache.ts'
import { drawing } from './scenarios/drawing.ts'
import { files } from './scenarios/files.ts'
import { films } from './scenarios/films.ts'
import { naming } from './scenarios/naming.ts'
import { recorded } from './scenarios/recorded.ts'
import { scope } from './scenarios/scope.ts'
import { series } from './scenarios/series.ts'
import { wearing } from './scenarios/wearing.ts'

export const scenarios: readonly Scenario[] = [
  ...films,
  ...series,
  ...wearing,
  ...bases,
  ...cache,
  ...drawing,
  ...naming,
  ...files,
  ...scope,
  ...recorded,
]
