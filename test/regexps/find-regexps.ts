import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseSync } from 'vite'

/** A regular expression in the sources: a literal, or made from a text when the program runs. */
export interface FoundRegExp {
  at: string
  source: string
  flags: string
  /** The whole call that creates it; null for a literal. */
  call: string | null
}

/** Every regular expression in these folders of the project. */
export function findRegExps(root: string, folders: readonly string[]): FoundRegExp[] {
  const files = folders.flatMap((folder) => sourceFiles(join(root, folder)))
  return files.flatMap((file) => regExpsOf(relative(root, file).replaceAll('\\', '/'), readFileSync(file, 'utf8')))
}

export function regExpsOf(name: string, text: string): FoundRegExp[] {
  const { program, errors } = parseSync(name, text)
  if (errors.length > 0) throw new Error(`${name} does not parse: ${errors[0]?.message}`)
  const found: FoundRegExp[] = []
  visit(program, (node) => {
    const at = `${name}:${text.slice(0, node.start).split('\n').length}`
    if (node.regex) found.push({ at, source: node.regex.pattern, flags: node.regex.flags, call: null })
    if (!makesRegExp(node)) return
    const call = text.slice(node.start, node.end).replaceAll(/\s+/g, ' ')
    found.push({ at, source: givenSource(node.arguments[0]), flags: '', call })
  })
  return found
}

/** The part of the parser's tree that is used. */
interface Node {
  type: string
  start: number
  end: number
  regex?: { pattern: string; flags: string }
  callee?: Node
  property?: Node
  name?: string
  value?: unknown
  arguments?: Node[]
  quasis?: { value: { cooked: string } }[]
}

function makesRegExp(node: Node): node is Node & { arguments: Node[] } {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return false
  if (node.callee?.name === 'RegExp') return true
  // These calls make an expression from a string.
  const method = node.callee?.property?.name ?? ''
  const [first] = node.arguments ?? []
  const isString = first?.type === 'TemplateLiteral' || (first?.type === 'Literal' && typeof first.value === 'string')
  return isString && ['match', 'matchAll', 'search'].includes(method)
}

/** A text with one letter for each inserted value; '' if the text comes from elsewhere. */
function givenSource(node: Node | undefined): string {
  if (typeof node?.value === 'string') return node.value
  return node?.quasis?.map(({ value }) => value.cooked).join('x') ?? ''
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return
  if ('type' in value && 'start' in value) see(value as Node)
  for (const child of Object.values(value)) visit(child, see)
}

const sourceFiles = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sourceFiles(path)
    return /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.') ? [path] : []
  })
