/** One text to look for, as bytes of UTF-8. */
export interface Pattern {
  /** At least `minPatternBytes`. */
  bytes: Uint8Array
  /**
   * How many characters after the bytes may belong to the pattern too: of a long encoding, only the beginning is
   * searched for.
   */
  tailChars: number
}

/** A search begins only where this many first bytes match. */
export const minPatternBytes = 4

/**
 * Looks for any number of patterns in one pass over the bytes (Aho-Corasick). A state is the longest beginning of any
 * pattern that matches the end of the bytes read so far; 0 means no match. The cost of a step does not grow with the
 * number of patterns.
 */
export interface PatternTrie {
  step(state: number, byte: number): number
  /** The length in bytes of the longest pattern that ends in this state, or 0. */
  foundBytes(state: number): number
  /** The longest tail of the patterns that end in this state, or 0. */
  tailChars(state: number): number
  /** How many bytes the state represents: 0 to 3, or 4 for 4 and more. */
  depth(state: number): number
  /**
   * Indexed by `Math.imul(four bytes, hashFactor) >>> filterShift`, with the first byte in the lowest bits. 0 means
   * that certainly no pattern begins with these bytes.
   */
  readonly filter: Uint8Array
  readonly filterShift: number
  /** Steps taken so far, including those to a shorter state. The tests measure the cost in steps. */
  steps(): number
}

export const hashFactor = 0x9e3779b1
/** The filter has this many places per pattern, so that ordinary text hardly ever matches one by chance. */
const placesPerPattern = 32
const [minFilterBits, maxFilterBits] = [10, 20]
/** The label of a node that is not the first child of the node before it. */
const chainHead = 256

export function createPatternTrie(patterns: readonly Pattern[]): PatternTrie {
  const tree = growTree(patterns)
  const { labels, branches, branching, found, tails } = tree
  const fallback = linkFallbacks(tree)
  const { filter, filterShift } = createFilter(patterns)
  let steps = 0
  return {
    step(state, byte) {
      let node = state
      for (;;) {
        steps += 1
        if (labels[node + 1] === byte) return node + 1
        if (branching[node] === 1) {
          const child = branches.get(node * 256 + byte)
          if (child !== undefined) return child
        }
        if (node === 0) return 0
        node = fallback[node] ?? 0
      }
    },
    foundBytes: (state) => found[state] ?? 0,
    tailChars: (state) => tails[state] ?? 0,
    depth: (state) => tree.depths[state] ?? 0,
    filter,
    filterShift,
    steps: () => steps,
  }
}

function createFilter(patterns: readonly Pattern[]): Pick<PatternTrie, 'filter' | 'filterShift'> {
  const wanted = Math.ceil(Math.log2(patterns.length * placesPerPattern))
  const filterShift = 32 - Math.min(Math.max(wanted, minFilterBits), maxFilterBits)
  const filter = new Uint8Array(2 ** (32 - filterShift))
  for (const { bytes } of patterns) {
    const [a = 0, b = 0, c = 0, d = 0] = bytes
    filter[Math.imul(a | (b << 8) | (c << 16) | (d << 24), hashFactor) >>> filterShift] = 1
  }
  return { filter, filterShift }
}

/**
 * The nodes in the order in which they were made. The first child of a node directly follows it, so only further
 * children need an entry in `branches` (by parent * 256 + byte). This takes a dozen bytes for each byte of a secret.
 */
interface Tree {
  count: number
  labels: Uint16Array
  branches: Map<number, number>
  branching: Uint8Array
  found: Int32Array
  tails: Int32Array
  depths: Uint8Array
}

function growTree(patterns: readonly Pattern[]): Tree {
  const most = 1 + patterns.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const labels = new Uint16Array(most + 1).fill(chainHead)
  const branches = new Map<number, number>()
  const branching = new Uint8Array(most)
  const found = new Int32Array(most)
  const tails = new Int32Array(most)
  const depths = new Uint8Array(most)
  let count = 1
  for (const { bytes, tailChars } of patterns) {
    let node = 0
    // A loop by index is fast enough for millions of bytes.
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0
      const known = labels[node + 1] === byte ? node + 1 : branches.get(node * 256 + byte)
      if (known === undefined && node + 1 === count) labels[count] = byte
      else if (known === undefined) {
        branches.set(node * 256 + byte, count)
        branching[node] = 1
      }
      node = known ?? count
      if (known === undefined) {
        depths[count] = Math.min(at + 1, 4)
        count += 1
      }
    }
    found[node] = bytes.length
    tails[node] = Math.max(tails[node] ?? 0, tailChars)
  }
  return { count, labels, branches, branching, found, tails, depths }
}

/**
 * Finds where a search continues when a node has no child for a byte: at the longest shorter beginning that has a child
 * which the node itself lacks. A pattern that ends there also ends in the node. Shorter beginnings must come first, so
 * the nodes are visited by depth.
 */
function linkFallbacks({ count, labels, branches, branching, found, tails }: Tree): Int32Array {
  /** The longest shorter beginning, whatever children it has. */
  const shorter = new Int32Array(count)
  const fallback = new Int32Array(count)
  const childOf = (node: number, byte: number): number | undefined =>
    labels[node + 1] === byte ? node + 1 : branching[node] === 1 ? branches.get(node * 256 + byte) : undefined
  const further = new Map<number, number[]>()
  for (const key of branches.keys()) {
    const parent = Math.floor(key / 256)
    const bytes = further.get(parent)
    if (bytes) bytes.push(key % 256)
    else further.set(parent, [key % 256])
  }
  /** Tells whether `node` has a child for every byte for which `other` has one. */
  const hasAllOf = (node: number, other: number): boolean => {
    const first = labels[other + 1] ?? chainHead
    return branching[other] === 0 && (first === chainHead || childOf(node, first) !== undefined)
  }
  const visit = (parent: number, byte: number, child: number) => {
    let node = shorter[parent] ?? 0
    while (node !== 0 && childOf(node, byte) === undefined) node = fallback[node] ?? 0
    const link = parent === 0 ? 0 : (childOf(node, byte) ?? 0)
    shorter[child] = link
    fallback[child] = link !== 0 && hasAllOf(child, link) ? (fallback[link] ?? 0) : link
    if (found[child] === 0) found[child] = found[link] ?? 0
    tails[child] = Math.max(tails[child] ?? 0, tails[link] ?? 0)
    queue[queued++] = child
  }
  const queue = new Int32Array(count)
  let queued = 1
  for (let at = 0; at < queued; at += 1) {
    const node = queue[at] ?? 0
    const first = labels[node + 1] ?? chainHead
    if (first < chainHead && node + 1 < count) visit(node, first, node + 1)
    if (branching[node] === 1)
      for (const byte of further.get(node) ?? []) visit(node, byte, branches.get(node * 256 + byte) ?? 0)
  }
  return fallback
}
