/** One comparison of a media query: `[type.]field` and operator, with values of which one must fit. */
export interface Condition {
  field: string
  /** The type before the field's dot: `show`, `episode`. */
  prefix: string | null
  operator: Operator
  values: readonly string[]
}

/** The signs between a field's name and the `=` of its pair: `title!=` is `!=`, sent as `title!%3D=`. */
const operators = ['', '!', '=', '!=', '>>', '<<', '>', '<'] as const
export type Operator = (typeof operators)[number]

/** One alternative must hold. An alternative is a list of things that must all hold. */
export interface Group {
  alternatives: readonly (readonly (Condition | Group)[])[]
}

export interface MediaQuery {
  filter: Group
  controls: ReadonlyMap<string, string>
}

export interface QueryPair {
  name: string
  value: string
}

/** The pairs of a query in their order, decoded once. `+` is a space. */
export function queryPairs(search: string): QueryPair[] {
  if (search === '') return []
  return search
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=')
      if (at < 0) return { name: decode(pair), value: '' }
      // In an unencoded `title==X` the second sign belongs to the operator.
      const doubled = pair[at + 1] === '=' ? 1 : 0
      return { name: decode(pair.slice(0, at)) + '='.repeat(doubled), value: decode(pair.slice(at + 1 + doubled)) }
    })
}

const namePattern = /^(?:([a-z]+)\.)?([A-Za-z]+)(!=|>>|<<|[!=<>])?$/

/**
 * Reads a section query like Plex: `push`, `pop`, `and` and `or` make groups, and neighbours without a word are
 * and-ed.
 */
export function parseMediaQuery(pairs: readonly QueryPair[], isField: (name: string) => boolean): MediaQuery {
  const controls = new Map<string, string>()
  const stack: (Condition | Group)[][][] = [[[]]]
  for (const { name, value } of pairs) {
    const open = stack.at(-1) ?? []
    if (name === 'push') stack.push([[]])
    else if (name === 'pop') close(stack)
    else if (name === 'or') open.push([])
    else if (name !== 'and') {
      const condition = parseCondition(name, value, isField)
      if (condition === null) controls.set(name, value)
      else open.at(-1)?.push(condition)
    }
  }
  while (stack.length > 1) close(stack)
  return { filter: { alternatives: stack[0] ?? [[]] }, controls }
}

function close(stack: (Condition | Group)[][][]): void {
  if (stack.length < 2) return
  const alternatives = stack.pop()
  if (alternatives !== undefined) stack.at(-1)?.at(-1)?.push({ alternatives })
}

function parseCondition(name: string, value: string, isField: (name: string) => boolean): Condition | null {
  const parts = namePattern.exec(name)
  const field = parts?.[2]
  if (parts === null || field === undefined || !isField(field)) return null
  const operator = operators.find((known) => known === (parts[3] ?? '')) ?? ''
  // A comma that is encoded once divides two values. A comma within a value is encoded twice.
  return { field, prefix: parts[1] ?? null, operator, values: value.split(',').map(decodeAgain) }
}

function decode(text: string): string {
  return decodeAgain(text.replaceAll('+', ' '))
}

function decodeAgain(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    // The text is not percent-encoded: `100%` is a title too.
    return text
  }
}
