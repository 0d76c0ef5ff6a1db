import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml'
import { firstControlCharacter, firstTab } from './layout.ts'
import { keyIdentity } from './python-keys.ts'
import { tooDeepAt } from './yaml-depth.ts'
import { readPlainScalar } from './yaml-scalar.ts'
import { isList, isMap as isYamlMap, type YamlKey, type YamlValue } from './yaml-value.ts'

/**
 * The most values of one file. Each use of an alias counts, since ten lines of aliases can stand for billions of
 * values.
 */
const maxYamlNodes = 200_000
const maxDepth = 100

/** What is wrong with a file, by a code of the parser or of our own. Line and column count from 1. */
export interface YamlFault {
  code: string
  line: number
  column: number
  /** Where the fault begins, such as the first of two equal keys. */
  from?: { line: number; column: number }
}

export type OwnReading =
  | {
      value: YamlValue
      /** False if Kometa's reader may read another value: for tags, directives and dates with a time. */
      certain: boolean
    }
  | { fault: YamlFault }

class Fault extends Error {
  readonly code: string
  readonly offset: number
  readonly from: number | undefined
  constructor(code: string, offset: number, from?: number) {
    super(code)
    this.code = code
    this.offset = offset
    this.from = from
  }
}

/** Reads a text as Kometa's ruamel.yaml does: YAML 1.2, one document, no tab, no key twice, merge keys. */
export function readOwn(source: string): OwnReading {
  // Python reads every line ending as a line feed.
  const text = source.replace(/\r\n?/g, '\n')
  const lines = new LineCounter()
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  try {
    return read(text, lines)
  } catch (error) {
    if (error instanceof Fault) {
      const { code, offset, from } = error
      return { fault: { code, ...place(offset), ...(from === undefined ? {} : { from: place(from) }) } }
    }
    if (error instanceof RangeError) return { fault: { code: 'TOO_DEEP', line: 1, column: 1 } }
    throw error
  }
}

function read(text: string, lines: LineCounter): OwnReading {
  const deep = tooDeepAt(text)
  if (deep !== undefined) throw new Fault('TOO_DEEP', deep)
  // With `failsafe` the parser leaves the types to readPlainScalar. It would take quadratic time to compare keys, so
  // they are compared here.
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
  })
  if (!Array.isArray(documents)) return { value: null, certain: true }
  const errors = documents.flatMap((document) => document.errors)
  // ruamel.yaml refuses a tab or a control character before its parser sees what follows.
  const early = [firstTab(text), firstControlCharacter(text)].filter((one) => one !== undefined)
  const first = errors.map(({ code, pos }) => new Fault(code, pos[0]))[0]
  const [earliest] = [...early.map(({ code, offset }) => new Fault(code, offset)), ...(first ? [first] : [])].sort(
    (one, other) => one.offset - other.offset,
  )
  if (earliest) throw earliest
  const [document, second] = documents
  if (second) throw new Fault('SECOND_DOCUMENT', second.range[0])
  const converter = createConverter()
  if (/^%/m.test(text)) converter.doubt()
  const value = document?.contents ? converter.value(document.contents, 0) : null
  return { value, certain: converter.certain() }
}

function createConverter() {
  const anchors = new Map<string, { value: YamlValue; nodes: number }>()
  let nodes = 0
  let certain = true

  const doubt = () => {
    certain = false
  }

  function value(node: Node | Alias, depth: number): YamlValue {
    nodes += 1
    if (nodes > maxYamlNodes) throw new Fault('TOO_MANY', offsetOf(node))
    if (depth > maxDepth) throw new Fault('TOO_DEEP', offsetOf(node))
    if (isAlias(node)) return alias(node)
    const before = nodes
    const result = convert(node, depth)
    if (node.anchor !== undefined) anchors.set(node.anchor, { value: result, nodes: nodes - before + 1 })
    return result
  }

  function alias(node: Alias): YamlValue {
    const anchor = anchors.get(node.source)
    if (!anchor) throw new Fault('NO_ANCHOR', offsetOf(node))
    nodes += anchor.nodes
    if (nodes > maxYamlNodes) throw new Fault('TOO_MANY', offsetOf(node))
    return anchor.value
  }

  function convert(node: Node, depth: number): YamlValue {
    if (node.tag !== undefined) doubt()
    if (isScalar(node)) {
      const text = typeof node.value === 'string' ? node.value : ''
      const isPlainText = node.tag === undefined && (node.type === 'PLAIN' || node.type === undefined)
      const plain = isPlainText ? readPlainScalar(text) : text
      // ruamel.yaml gives a boolean with an anchor another type, so Kometa does not see it as a boolean.
      if (typeof plain === 'boolean' && node.anchor !== undefined) return { plain: `&b ${plain}` }
      if (typeof plain === 'object' && plain !== null && /^\d{4}-\d.*:/.test(plain.plain)) doubt()
      return plain
    }
    if (isSeq(node)) return node.items.map((item) => (isNode(item) ? value(item, depth + 1) : null))
    if (!isMap(node)) throw new Fault('UNEXPECTED_TOKEN', offsetOf(node))
    return convertMap(node, (inner) => value(inner, depth + 1))
  }

  return { value, doubt, certain: () => certain }
}

const offsetOf = (node: Node): number => node.range?.[0] ?? 0

/** `value` converts what is inside. A key of the mapping itself takes precedence over a merged one. */
function convertMap(node: YAMLMap, value: (inner: Node) => YamlValue): YamlValue {
  const map = new Map<YamlKey, YamlValue>()
  const merged = new Map<string, [YamlKey, YamlValue]>()
  const seen = new Map<string, number>()
  const once = (identity: string, offset: number) => {
    const earlier = seen.get(identity)
    if (earlier !== undefined) throw new Fault('DUPLICATE_KEY', offset, earlier)
    seen.set(identity, offset)
  }
  for (const pair of node.items) {
    const keyNode = isNode(pair.key) ? pair.key : undefined
    const offset = keyNode ? offsetOf(keyNode) : offsetOf(node)
    const item = isNode(pair.value) ? value(pair.value) : null
    if (keyNode && isMergeKey(keyNode)) {
      once('<<', offset)
      for (const [key, inherited] of mergeSources(item, offset)) {
        if (!merged.has(keyIdentity(key))) merged.set(keyIdentity(key), [key, inherited])
      }
      continue
    }
    const key = keyNode ? value(keyNode) : null
    if (isYamlMap(key) || isList(key)) throw new Fault('COMPLEX_KEY', offset)
    once(keyIdentity(key), offset)
    map.set(key, item)
  }
  for (const [identity, [key, inherited]] of merged) if (!seen.has(identity)) map.set(key, inherited)
  return map
}

/** The entries that `<<` merges in, from one mapping or from a list of them. */
function mergeSources(item: YamlValue, offset: number): [YamlKey, YamlValue][] {
  return (isList(item) ? item : [item]).flatMap((source) => {
    if (!isYamlMap(source)) throw new Fault('BAD_MERGE', offset)
    return [...source]
  })
}

const isNode = (value: unknown): value is Node => isScalar(value) || isMap(value) || isSeq(value) || isAlias(value)

const isMergeKey = (node: Node): boolean => isScalar(node) && node.type === 'PLAIN' && node.value === '<<'
