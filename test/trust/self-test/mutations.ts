import { parseSync } from 'vite'
import { isNode, isWords, type Node } from './nodes.ts'
import { type Change, changesOf } from './operators.ts'

/** One small change of the sources that the suite should notice. */
export interface Mutant {
  file: string
  line: number
  /** The unchanged line, trimmed. */
  text: string
  kind: string
  from: string
  to: string
  start: number
  end: number
}

/** Nodes without behaviour: names of other files, types, and text for people. */
function isSilent(node: Node): boolean {
  if (/^(Import|ExportAll)/.test(node.type) || node.exportKind === 'type') return true
  if (node.type === 'TSAsExpression' || node.type === 'TSSatisfiesExpression' || node.type === 'TSNonNullExpression') {
    return false
  }
  if (node.type.startsWith('TS')) return true
  return (
    node.type === 'TemplateLiteral' &&
    (node.quasis as { value: { raw: string } }[]).some(({ value }) => isWords(value.raw))
  )
}

/** Every mutant of a source text, in the order of positions. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const { program, errors } = parseSync(file, source, { lang: 'ts', sourceType: 'module' })
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  const found: Mutant[] = []
  const visit = (node: Node, parents: readonly Node[]): void => {
    if (isSilent(node)) return
    for (const change of changesOf(node, parents, source)) found.push(toMutant(file, source, change))
    const around = [...parents, node]
    for (const [field, value] of Object.entries(node)) {
      if (
        field === 'typeAnnotation' ||
        field === 'typeArguments' ||
        field === 'returnType' ||
        field === 'typeParameters'
      )
        continue
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, around)
    }
  }
  visit(program as unknown as Node, [])
  const seen = new Set<string>()
  return found
    .filter(({ start, end, to }) => {
      const key = `${start} ${end} ${to}`
      return source.slice(start, end) !== to && !seen.has(key) && Boolean(seen.add(key))
    })
    .sort((a, b) => a.start - b.start)
}

function toMutant(file: string, source: string, { kind, start, end, to }: Change): Mutant {
  const lineStart = source.lastIndexOf('\n', start - 1) + 1
  const lineEnd = source.indexOf('\n', start)
  return {
    file,
    line: source.slice(0, start).split('\n').length,
    text: source.slice(lineStart, lineEnd === -1 ? source.length : lineEnd).trim(),
    kind,
    from: source.slice(start, end),
    to,
    start,
    end,
  }
}
