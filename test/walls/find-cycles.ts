/** Each group of files that reach one another, as one way round: the first file stands again at the end. */
export function findCycles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  return groupsOf(imports).map((group) => wayRound(group, imports))
}

interface Walk {
  imports: ReadonlyMap<string, readonly string[]>
  order: Map<string, number>
  lowest: Map<string, number>
  open: string[]
  groups: string[][]
}

/** Tarjan's strongly connected components of more than one file, or of a file that imports itself. */
function groupsOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const walk: Walk = { imports, order: new Map(), lowest: new Map(), open: [], groups: [] }
  for (const file of imports.keys()) if (!walk.order.has(file)) enter(file, walk)
  return walk.groups.filter(
    ([first, ...others]) => others.length > 0 || imports.get(first ?? '')?.includes(first ?? ''),
  )
}

function enter(file: string, walk: Walk): void {
  walk.order.set(file, walk.order.size)
  walk.lowest.set(file, walk.order.size - 1)
  walk.open.push(file)
  for (const next of walk.imports.get(file) ?? []) {
    if (!walk.order.has(next)) enter(next, walk)
    if (walk.open.includes(next)) walk.lowest.set(file, Math.min(low(file, walk), low(next, walk)))
  }
  if (low(file, walk) === walk.order.get(file)) walk.groups.push(walk.open.splice(walk.open.indexOf(file)))
}

const low = (file: string, walk: Walk) => walk.lowest.get(file) ?? Number.POSITIVE_INFINITY

/** The shortest way from the first file of a group back to it. */
function wayRound(group: readonly string[], imports: ReadonlyMap<string, readonly string[]>): string[] {
  const start = [...group].sort()[0] ?? ''
  const ways: string[][] = [[start]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const next of imports.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return [...way, start]
      if (!group.includes(next) || seen.has(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  throw new Error(`No way leads back to ${start}`)
}
