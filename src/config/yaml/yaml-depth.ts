import { Lexer } from 'yaml'

/** The most collections inside one another. No config has ten. */
const maxDepth = 150

/**
 * Where a text becomes nested too deeply to be parsed. The parser recurses for each level, and V8 may end the
 * process when the stack is full. This check reads the tokens one after the other.
 */
export function tooDeepAt(text: string): number | undefined {
  let offset = 0
  let column = 0
  let flow = 0
  let isScalar = false
  /** The columns of the block collections around the token. */
  const columns: number[] = []
  for (const token of new Lexer().lex(text)) {
    if (token === '\u001f') isScalar = true
    if (token === '\u001f' || token === '\u0002' || token === '\u0018') continue
    if (!isScalar && (token === '[' || token === '{')) flow += 1
    else if (!isScalar && (token === ']' || token === '}')) flow = Math.max(flow - 1, 0)
    else if (flow === 0 && !/^\s*$/.test(token) && !token.startsWith('#')) {
      while ((columns.at(-1) ?? -1) >= column) columns.pop()
      columns.push(column)
    }
    if (columns.length + flow > maxDepth) return offset
    isScalar = false
    offset += token.length
    const lineStart = token.lastIndexOf('\n') + 1
    column = lineStart === 0 ? column + token.length : token.length - lineStart
  }
  return undefined
}
