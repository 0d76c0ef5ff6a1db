import { readFile, stat } from 'node:fs/promises'
import { type Alias, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'
import { AppError } from '../contract/errors.ts'
import { readPlainScalar } from './yaml-scalar.ts'
import { isList, isMap as isYamlMap, textOf, type YamlKey, type YamlValue } from './yaml-value.ts'

export const maxYamlBytes = 4 * 1024 * 1024
/** Values of one file, aliases counted as often as they are used: ten lines of aliases can stand for billions. */
const maxYamlNodes = 200_000
const maxDepth = 100

/** What is wrong, by the parser's code. Its own messages quote the file, and that may be a token. */
const problems: Record<string, string> = {
  ALIAS_PROPS: 'an alias cannot have an anchor or a tag',
  BAD_ALIAS: 'an alias or anchor has a bad name',
  BAD_DQ_ESCAPE: 'a double-quoted text has an invalid "\\" escape; write "\\\\" for a backslash',
  BAD_INDENT: 'the indentation is wrong, or a bracket is not closed',
  BAD_SCALAR_START: 'a value starts with a reserved character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a ": " stands inside a value; put the value in quotes',
  BLOCK_IN_FLOW: 'an indented block stands inside brackets',
  DUPLICATE_KEY: 'the same key stands twice in one mapping',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a quote, bracket, comma or ":" is missing',
  MULTILINE_IMPLICIT_KEY: 'a key goes over more than one line; is a ":" missing?',
  TAB_AS_INDENT: 'a tab stands where YAML wants spaces',
  UNEXPECTED_TOKEN: 'something stands where YAML does not allow it',
}

/** Reads a YAML file of at most 4 MiB. Throws CONFIG_UNREADABLE, or CONFIG_INVALID_YAML with file, line and column in one line. */
export async function readYamlFile(path: string): Promise<YamlValue> {
  return parseYaml(await readTextFile(path), path)
}

async function readTextFile(path: string): Promise<string> {
  try {
    const info = await stat(path)
    if (!info.isFile()) throw new AppError('CONFIG_UNREADABLE', `${path} is not a file`)
    if (info.size > maxYamlBytes) throw new AppError('CONFIG_INVALID_YAML', `${path} is larger than 4 MiB`)
    const bytes = await readFile(path)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    if (cause instanceof TypeError) throw new AppError('CONFIG_INVALID_YAML', `${path} is not UTF-8 text`)
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'no permission' : code
    throw new AppError('CONFIG_UNREADABLE', `Cannot read ${path}: ${why}`, { cause })
  }
}

/** Parses as Kometa's ruamel.yaml does: YAML 1.2, one document, no key twice, merge keys. `name` is what an error calls the text. */
export function parseYaml(text: string, name: string): YamlValue {
  if (Buffer.byteLength(text) > maxYamlBytes) throw new AppError('CONFIG_INVALID_YAML', `${name} is larger than 4 MiB`)
  const lines = new LineCounter()
  const fail = (offset: number, problem: string): AppError => {
    const { line, col } = lines.linePos(offset)
    return new AppError('CONFIG_INVALID_YAML', `${name}, line ${line}, column ${col}: ${problem}`, {
      place: { line, column: col },
    })
  }
  try {
    // `failsafe`: the parser types nothing, readPlainScalar does. Keys are compared here, since the parser takes quadratic time.
    const documents = parseAllDocuments(text, {
      schema: 'failsafe',
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'silent',
    })
    if (!Array.isArray(documents)) return null
    for (const { errors } of documents) {
      const first = errors[0]
      if (first) throw fail(first.pos[0], problems[first.code] ?? 'this is not valid YAML')
    }
    const [document, second] = documents
    if (second) throw fail(second.range[0], 'a second document ("---") starts here; Kometa wants one')
    return document?.contents ? createConverter(fail).value(document.contents, 0) : null
  } catch (error) {
    if (error instanceof RangeError) throw new AppError('CONFIG_INVALID_YAML', `${name} is nested too deeply`)
    throw error
  }
}

function createConverter(fail: (offset: number, problem: string) => AppError) {
  const anchors = new Map<string, { value: YamlValue; nodes: number }>()
  let nodes = 0

  const offsetOf = (node: Node): number => node.range?.[0] ?? 0

  function value(node: Node | Alias, depth: number): YamlValue {
    nodes += 1
    if (nodes > maxYamlNodes) throw fail(offsetOf(node), `more than ${maxYamlNodes} values, aliases counted`)
    if (depth > maxDepth) throw fail(offsetOf(node), `more than ${maxDepth} levels deep`)
    if (isAlias(node)) return alias(node)
    const before = nodes
    const result = convert(node, depth)
    if (node.anchor !== undefined) anchors.set(node.anchor, { value: result, nodes: nodes - before + 1 })
    return result
  }

  function alias(node: Alias): YamlValue {
    const anchor = anchors.get(node.source)
    if (!anchor) throw fail(offsetOf(node), 'an alias ("*name") has no anchor ("&name") before it')
    nodes += anchor.nodes
    if (nodes > maxYamlNodes) throw fail(offsetOf(node), `more than ${maxYamlNodes} values, aliases counted`)
    return anchor.value
  }

  function convert(node: Node, depth: number): YamlValue {
    if (isScalar(node)) {
      const text = typeof node.value === 'string' ? node.value : ''
      return node.tag === undefined && (node.type === 'PLAIN' || node.type === undefined) ? readPlainScalar(text) : text
    }
    if (isSeq(node)) return node.items.map((item) => (isNode(item) ? value(item, depth + 1) : null))
    if (!isMap(node)) throw fail(offsetOf(node), 'this is not valid YAML')
    const map = new Map<YamlKey, YamlValue>()
    const merged = new Map<string, [YamlKey, YamlValue]>()
    const seen = new Set<string>()
    for (const pair of node.items) {
      const keyNode = isNode(pair.key) ? pair.key : undefined
      const item = isNode(pair.value) ? value(pair.value, depth + 1) : null
      if (keyNode && isMergeKey(keyNode)) {
        for (const source of isList(item) ? item : [item]) {
          if (!isYamlMap(source)) throw fail(offsetOf(keyNode), '"<<" needs a mapping')
          for (const [key, inherited] of source) {
            if (!merged.has(keyIdentity(key))) merged.set(keyIdentity(key), [key, inherited])
          }
        }
        continue
      }
      const key = keyNode ? value(keyNode, depth + 1) : null
      if (isYamlMap(key) || isList(key)) throw fail(keyNode ? offsetOf(keyNode) : 0, 'a key must be a single value')
      const identity = keyIdentity(key)
      if (seen.has(identity)) throw fail(keyNode ? offsetOf(keyNode) : 0, 'the same key stands twice in one mapping')
      seen.add(identity)
      map.set(key, item)
    }
    for (const [identity, [key, inherited]] of merged) if (!seen.has(identity)) map.set(key, inherited)
    return map
  }

  return { value }
}

const isNode = (value: unknown): value is Node => isScalar(value) || isMap(value) || isSeq(value) || isAlias(value)

const isMergeKey = (node: Node): boolean => isScalar(node) && node.type === 'PLAIN' && node.value === '<<'

const keyIdentity = (key: YamlKey): string => (typeof key === 'string' ? `s:${key}` : `o:${textOf(key)}`)
