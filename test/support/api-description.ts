import { describedWrites } from './promiscuous/promiscuous-writes.ts'

const known = new Map(describedWrites.map((write) => [normal(write.template), write]))
const methods = new Set(['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace', 'query'])

/**
 * The operations of Plex's API description (OpenAPI) that need a decision: one that is neither a known write nor a GET,
 * or a GET on a path that the table lists as write-only.
 */
export function undecided(description: unknown): string[] {
  const paths = isRecord(description) && isRecord(description.paths) ? description.paths : null
  if (paths === null) throw new Error('this is no API description: it has no paths')
  return Object.entries(paths).flatMap(([path, operations]) => {
    const verbs = isRecord(operations) ? Object.keys(operations).filter((name) => methods.has(name.toLowerCase())) : []
    const write = known.get(normal(path))
    return verbs
      .map((verb) => verb.toUpperCase())
      .flatMap((verb) => {
        const decided = verb === 'GET' ? write === undefined || write.alsoRead : write?.verbs.includes(verb) === true
        return decided ? [] : [`${verb} ${path}`]
      })
  })
}

/** Compares paths whatever the names of their placeholders. */
function normal(path: string): string {
  return path.replace(/\{[^}]*\}/g, '{}')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
