import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import type { EditorState, Text } from '@codemirror/state'
import type { Tooltip } from '@codemirror/view'
import type { ConfigKey } from '../../src/contract/api/api.ts'

const keyLine = /^(\s*)(- )?((?:[\w.-]+|"[^"]*"|'[^']*')\s*|[^#:\s][^:#]*):(?:\s|$)/

/** The keys above a line, by their indentation: `['libraries', 'Movies']`. */
export function keysAbove(doc: Text, lineNumber: number, indent: number): string[] {
  const keys: string[] = []
  let depth = indent
  for (let n = lineNumber - 1; n >= 1 && depth > 0; n -= 1) {
    const match = keyLine.exec(doc.line(n).text)
    const at = match?.[1]?.length
    if (!match || at === undefined || at >= depth) continue
    keys.unshift((match[3] ?? '').trimEnd().replace(/^["']|["']$/g, ''))
    depth = at
  }
  return keys
}

/** Whether a path of the key table, such as `libraries.*`, covers these keys. */
function standsAt(place: string, above: readonly string[]): boolean {
  const parts = place === '' ? [] : place.split('.')
  return parts.length === above.length && parts.every((part, i) => part === '*' || part === above[i])
}

/** Completes Kometa's keys where the cursor can have one. */
export function completeKey(context: CompletionContext, keys: readonly ConfigKey[]): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos)
  const before = line.text.slice(0, context.pos - line.from)
  const match = /^(\s*)([\w-]*)$/.exec(before)
  if (!match || (match[2] === '' && !context.explicit)) return null
  const indent = match[1]?.length ?? 0
  const above = keysAbove(context.state.doc, line.number, indent)
  const options = keys
    .filter((key) => standsAt(key.in, above))
    .map((key) => ({
      label: key.key,
      apply: `${key.key}: `,
      detail: key.preview === 'kept' ? '' : key.preview === 'left out' ? 'not in a preview' : 'changed for a preview',
      ...(key.why ? { info: key.why } : {}),
    }))
  return options.length === 0 ? null : { from: line.from + indent, options, validFor: /^[\w-]*$/ }
}

/** Explains what a preview does with the key under the pointer. */
export function explainKey(state: EditorState, position: number, keys: readonly ConfigKey[]): Tooltip | null {
  const line = state.doc.lineAt(position)
  const match = keyLine.exec(line.text)
  const indent = match?.[1]?.length ?? 0
  const word = (match?.[3] ?? '').trimEnd()
  const from = line.from + indent + (match?.[2]?.length ?? 0)
  if (!match || position < from || position > from + word.length) return null
  const above = keysAbove(state.doc, line.number, indent)
  const key = keys.find((one) => one.key === word && standsAt(one.in, above))
  if (!key || (key.preview === 'kept' && key.why === null)) return null
  return {
    pos: from,
    end: from + word.length,
    create() {
      const dom = document.createElement('div')
      dom.className = 'cm-key-help'
      dom.textContent = key.why ?? (key.preview === 'left out' ? 'Left out of a preview.' : 'Changed for a preview.')
      return { dom }
    },
  }
}
