import type { Diagnostic } from '@codemirror/lint'
import type { Text } from '@codemirror/state'
import type { ConfigProblem } from '../../src/contract/api/api.ts'

/** The server's problems at their places. The screen shows those of the whole file above the editor. */
export function diagnosticsOf(doc: Text, problems: readonly ConfigProblem[]): Diagnostic[] {
  return problems.flatMap((problem) => {
    const { line, column, endLine, endColumn, severity, message } = problem
    if (line === null) return []
    const from = offsetOf(doc, line, column ?? 1)
    const lineEnd = doc.line(Math.min(line, doc.lines)).to
    const to = endLine === null ? lineEnd : offsetOf(doc, endLine, endColumn ?? 1)
    return [{ from, to: Math.max(from, to), severity, message }]
  })
}

function offsetOf(doc: Text, line: number, column: number): number {
  const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines))
  return Math.min(from + column - 1, to)
}
