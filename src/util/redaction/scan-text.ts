import { hashFactor, minPatternBytes, type PatternTrie } from './pattern-trie.ts'
import { createReadings, isBase64, readAt } from './readings.ts'

/** From `start` up to, but not including, `end`. */
export interface Range {
  start: number
  end: number
}

/**
 * The most states to follow at one place, each from another reading of the text before. A text that leads to more was
 * made for that purpose, so its whole line counts as secret.
 */
const maxStates = 32

/** Finds the patterns in a text, in all readings of the text. `fold` is applied to each byte. */
export function scanText(text: string, trie: PatternTrie, fold: (byte: number) => number): readonly Range[] {
  const begins = findBegins(text, trie, fold)
  if (begins.length === 0) return []
  const walk = new Walk(text, trie, fold)
  for (const [index, begin] of begins.entries()) {
    const nextBegin = begins[index + 1] ?? text.length
    walk.take(begin)
    // Between two such places, only matches that began earlier can continue.
    for (let place = begin + 1; place < nextBegin && place <= walk.last; place += 1) {
      if (walk.goesOnAt(place, begin)) walk.take(place)
    }
  }
  return walk.ranges()
}

const [plain, special, lineBreak] = [0, 1, 2] as const
/** The kind of each character. Most characters can be read in only one way. */
const kinds = new Uint8Array(128).fill(plain)
for (const character of '\0\\%+&') kinds[character.charCodeAt(0)] = special
for (const character of '\r\n') kinds[character.charCodeAt(0)] = lineBreak
const kindOf = (code: number): number => (code < 128 ? (kinds[code] ?? special) : special)

/**
 * The places at which a pattern may begin: where the first bytes of a pattern are, and near a character that can be
 * read in several ways. This check rules out nearly all places and is far cheaper than a step at every place.
 */
function findBegins(text: string, trie: PatternTrie, fold: (byte: number) => number): number[] {
  const begins: number[] = []
  const { filter, filterShift } = trie
  let bytes = 0
  /** The number of plain characters directly before the place. */
  let run = 0
  let next = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const kind = kindOf(code)
    if (kind === plain) {
      bytes = (bytes >>> 8) | (fold(code) << 24)
      run += 1
      if (run < minPatternBytes || filter[Math.imul(bytes, hashFactor) >>> filterShift] === 0) continue
      begins.push(at - minPatternBytes + 1)
      next = at - minPatternBytes + 2
      continue
    }
    run = 0
    if (kind === special) for (let place = Math.max(next, at - 3); place <= at; place += 1) begins.push(place)
    next = at + 1
  }
  return begins
}

const readings = createReadings()

/**
 * The matches that have begun: nodes are states at places, and edges are the readings that lead from one node to
 * another. A node keeps all ways that lead to it, because the text of each way is part of the secret.
 */
class Walk {
  readonly #text: string
  readonly #trie: PatternTrie
  readonly #fold: (byte: number) => number
  /**
   * For each place, the index + 1 of its last node; for each node, the index of the node before it at the same place.
   */
  readonly #nodesAt: Int32Array
  readonly #nextNode: number[] = []
  readonly #states: number[] = []
  /** The number of plain characters, up to 4, between the node and the last reading of another kind before it. */
  readonly #plain: number[] = []
  /** For each node, the index + 1 of the last edge that leads to it; for each edge, the edge before it. */
  readonly #edgesTo: number[] = []
  readonly #nextEdge: number[] = []
  /** The node where the edge starts, or -1 for an edge that begins a match. */
  readonly #edgeFrom: number[] = []
  readonly #edgeStart: number[] = []
  readonly #edgeBytes: number[] = []
  readonly #wholeLines = new Set<number>()
  #found = false
  #last = 0

  constructor(text: string, trie: PatternTrie, fold: (byte: number) => number) {
    this.#text = text
    this.#trie = trie
    this.#fold = fold
    this.#nodesAt = new Int32Array(text.length + 1)
  }

  /** The last place that any match has reached. */
  get last(): number {
    return this.#last
  }

  /**
   * Tells whether any match that has begun may continue at a place, when `begin` is the last place before it at which a
   * pattern may begin. Most beginnings lead to no pattern.
   */
  goesOnAt(place: number, begin: number): boolean {
    for (let node = this.#lastAt(place); node >= 0; node = this.#nextNode[node] ?? -1) {
      const depth = this.#trie.depth(this.#states[node] ?? 0)
      if (depth >= minPatternBytes || depth > (this.#plain[node] ?? 0) || begin >= place - depth) return true
    }
    this.#nodesAt[place] = 0
    return false
  }

  /** Follows every reading of the text at a place. */
  take(place: number): void {
    const code = this.#text.charCodeAt(place)
    if (kindOf(code) === plain) this.#follow(place, code, 1, place + 1, true)
    else if (code === 0) this.#skip(place)
    else {
      readAt(this.#text, place, readings)
      const { count, values, sizes, ends } = readings
      for (let index = 0; index < count; index += 1) {
        this.#follow(place, values[index] ?? 0, sizes[index] ?? 0, ends[index] ?? 0, false)
      }
    }
  }

  #follow(place: number, value: number, bytes: number, end: number, isPlain: boolean): void {
    const last = this.#lastAt(place)
    // A place that already has a state needs no new beginning, since every state includes it.
    if (last < 0) this.#add(end, this.#step(0, value, bytes), isPlain ? 1 : 0, { from: -1, start: place, bytes })
    for (let node = last; node >= 0; node = this.#nextNode[node] ?? -1) {
      const state = this.#step(this.#states[node] ?? 0, value, bytes)
      const plain = isPlain ? Math.min((this.#plain[node] ?? 0) + 1, minPatternBytes) : 0
      this.#add(end, state, plain, { from: node, start: place, bytes })
    }
  }

  /** UTF-16 text that was read as UTF-8 has a NUL between the characters. */
  #skip(place: number): void {
    if (place > 0 && this.#text.charCodeAt(place - 1) === 0) return
    for (let node = this.#lastAt(place); node >= 0; node = this.#nextNode[node] ?? -1) {
      this.#add(place + 1, this.#states[node] ?? 0, 0, { from: node, start: place, bytes: 0 })
    }
  }

  #lastAt(place: number): number {
    return (this.#nodesAt[place] ?? 0) - 1
  }

  #step(state: number, value: number, bytes: number): number {
    let to = state
    for (let index = 0; index < bytes; index += 1) to = this.#trie.step(to, this.#fold((value >>> (index * 8)) & 0xff))
    return to
  }

  #add(place: number, state: number, plain: number, edge: { from: number; start: number; bytes: number }): void {
    if (state === 0) return
    let node = this.#lastAt(place)
    let others = 0
    for (; node >= 0 && this.#states[node] !== state; node = this.#nextNode[node] ?? -1) others += 1
    if (node >= 0) this.#plain[node] = Math.min(this.#plain[node] ?? 0, plain)
    else if (others < maxStates) node = this.#addNode(place, state, plain)
    else {
      this.#wholeLines.add(place)
      return
    }
    this.#nextEdge.push(this.#edgesTo[node] ?? -1)
    this.#edgesTo[node] = this.#nextEdge.length - 1
    this.#edgeFrom.push(edge.from)
    this.#edgeStart.push(edge.start)
    this.#edgeBytes.push(edge.bytes)
  }

  #addNode(place: number, state: number, plain: number): number {
    const node = this.#states.length
    this.#nextNode.push(this.#lastAt(place))
    this.#nodesAt[place] = node + 1
    this.#states.push(state)
    this.#plain.push(plain)
    this.#edgesTo.push(-1)
    if (place > this.#last) this.#last = place
    if (this.#trie.foundBytes(state) > 0) this.#found = true
    return node
  }

  ranges(): Range[] {
    if (!this.#found && this.#wholeLines.size === 0) return []
    const covered = new Uint8Array(this.#text.length)
    this.#coverFound(covered)
    this.#coverTails(covered)
    this.#coverLines(covered)
    return rangesOf(covered)
  }

  /**
   * Goes from the last place to the first, so that it already knows how much of the text before a node belongs to a
   * match.
   */
  #coverFound(covered: Uint8Array): void {
    const needs = new Int32Array(this.#states.length)
    for (let place = this.#last; place > 0; place -= 1) {
      for (let node = this.#lastAt(place); node >= 0; node = this.#nextNode[node] ?? -1) {
        const need = Math.max(needs[node] ?? 0, this.#trie.foundBytes(this.#states[node] ?? 0))
        if (need <= 0) continue
        for (let edge = this.#edgesTo[node] ?? -1; edge >= 0; edge = this.#nextEdge[edge] ?? -1) {
          covered.fill(1, this.#edgeStart[edge], place)
          const from = this.#edgeFrom[edge] ?? -1
          if (from >= 0) needs[from] = Math.max(needs[from] ?? 0, need - (this.#edgeBytes[edge] ?? 0))
        }
      }
    }
  }

  /** Covers the rest of an encoding, since only the beginning of a long one is searched for. */
  #coverTails(covered: Uint8Array): void {
    let end = 0
    for (let place = 1; place <= this.#last; place += 1) {
      for (let node = this.#lastAt(place); node >= 0; node = this.#nextNode[node] ?? -1) {
        const limit = place + this.#trie.tailChars(this.#states[node] ?? 0)
        // Where many matches overlap, each character is checked only once.
        end = Math.max(end, place)
        while (end < limit && isBase64(this.#text.charCodeAt(end))) covered[end++] = 1
      }
    }
  }

  #coverLines(covered: Uint8Array): void {
    let end = 0
    for (const place of [...this.#wholeLines].sort((one, other) => one - other)) {
      if (place < end) continue
      const breaks = /[\r\n]|$/g
      breaks.lastIndex = place
      end = breaks.exec(this.#text)?.index ?? this.#text.length
      let start = place
      while (start > 0 && kindOf(this.#text.charCodeAt(start - 1)) !== lineBreak) start -= 1
      covered.fill(1, start, end)
    }
  }
}

function rangesOf(covered: Uint8Array): Range[] {
  const ranges: Range[] = []
  for (let start = covered.indexOf(1); start >= 0; ) {
    const found = covered.indexOf(0, start)
    const end = found < 0 ? covered.length : found
    ranges.push({ start, end })
    start = covered.indexOf(1, end)
  }
  return ranges
}
