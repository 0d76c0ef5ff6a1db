import { isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, type Pair, parseAllDocuments } from 'yaml'
import { tooDeepAt } from './yaml-depth.ts'

/** A key or value of a YAML text and its position. Offsets count characters. */
export interface Place {
  /** The keys and list positions that lead to it. */
  path: readonly string[]
  /** Starts at the key, or in a list at the value, and ends with the key or value. */
  start: number
  end: number
  /** The text of a scalar as YAML reads it, and its own range. null: no scalar. */
  scalar: { text: string; start: number; end: number } | null
  isList: boolean
}

export interface Places {
  all: readonly Place[]
  find(path: readonly string[]): Place | undefined
  /** The place with the longest path at the start of a text such as `libraries.Movies.operations: left out`. */
  atStartOf(text: string): Place | undefined
  /** Line and column, counted from 1. */
  position(offset: number): { line: number; column: number }
  /** The text from the offset to the end of the line. */
  restOfLine(offset: number): string
}

/** The most places of one text: more than any config has. */
const maxPlaces = 50_000
/** How many characters of a message are searched for the path at its start. */
const maxDottedChars = 1_000

/** The plain data from which Places are made, so that another thread can collect it. */
export interface PlaceData {
  all: readonly Place[]
  lineStarts: readonly number[]
}

/**
 * The positions of everything in a YAML text. A broken text has those that the parser made out, and a text that is
 * nested too deeply has none.
 */
export const readPlaces = (text: string): Places => placesFrom(text, collectPlaces(text))

export function collectPlaces(text: string): PlaceData {
  const lines = new LineCounter()
  const options = { schema: 'failsafe', lineCounter: lines, prettyErrors: false, uniqueKeys: false } as const
  const documents = parseAllDocuments(tooDeepAt(text) === undefined ? text : '', { ...options, logLevel: 'silent' })
  const all: Place[] = []
  const [document] = Array.isArray(documents) ? documents : []
  if (document?.contents) walk(document.contents, [], null, all)
  // The parser ends a block where the next one begins, so blanks at the end are cut off.
  for (const place of all) place.end = place.start + text.slice(place.start, place.end).trimEnd().length
  return { all, lineStarts: lines.lineStarts }
}

export function placesFrom(text: string, { all, lineStarts }: PlaceData): Places {
  const lines = new LineCounter()
  lines.lineStarts = [...lineStarts]
  const byPath = new Map(all.map((place) => [keyOf(place.path), place]))
  const byDottedPath = new Map([...all].reverse().map((place) => [place.path.join('.'), place]))
  return {
    all,
    find: (path) => byPath.get(keyOf(path)),
    atStartOf(line) {
      const text = line.slice(0, maxDottedChars)
      const ends = [...text.matchAll(/[: ]/g)].map(({ index }) => index)
      if (text === line) ends.push(line.length)
      for (const end of ends.reverse()) {
        const place = end === 0 ? undefined : byDottedPath.get(line.slice(0, end))
        if (place) return place
      }
      return undefined
    },
    position(offset) {
      const { line, col } = lines.linePos(offset)
      return { line, column: col }
    },
    restOfLine: (offset) => /^.*/.exec(text.slice(offset))?.[0] ?? '',
  }
}

const keyOf = (path: readonly string[]): string => JSON.stringify(path)

function walk(node: unknown, path: readonly string[], key: [number, number] | null, all: Place[]): void {
  if (all.length >= maxPlaces || path.length > 100) return
  const [start, end] = rangeOf(node) ?? key ?? [0, 0]
  const scalar = isScalar(node) ? { text: String(node.value ?? ''), start, end } : null
  if (path.length > 0) all.push({ path, start: key?.[0] ?? start, end: key?.[1] ?? end, scalar, isList: isSeq(node) })
  if (isMap(node)) {
    for (const pair of node.items) walk(pair.value, [...path, keyText(pair)], rangeOf(pair.key), all)
  } else if (isSeq(node)) {
    node.items.forEach((item, at) => {
      walk(item, [...path, String(at)], null, all)
    })
  }
}

const keyText = ({ key }: Pair): string => (isScalar(key) ? String(key.value ?? '') : '')

function rangeOf(node: unknown): [number, number] | null {
  if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return null
  return node.range ? [node.range[0], node.range[1]] : null
}

/** The comments of a YAML text, including the `#`. */
export function readComments(text: string): { start: number; end: number }[] {
  const comments: { start: number; end: number }[] = []
  let at = 0
  for (const token of new Lexer().lex(text)) {
    // These tokens are markers and not characters of the text: document start, end of flow, scalar follows.
    if (token === '\u0002' || token === '\u0018' || token === '\u001f') continue
    if (token.startsWith('#')) comments.push({ start: at, end: at + token.length })
    at += token.length
  }
  return comments
}
