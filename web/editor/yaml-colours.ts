import { yamlLanguage } from '@codemirror/lang-yaml'
import type { Range } from '@codemirror/state'
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'

/** The nodes of the YAML grammar that get a colour. */
const classes: Readonly<Record<string, string>> = {
  Key: 'y-key',
  Comment: 'y-comment',
  QuotedLiteral: 'y-text',
  BlockLiteralContent: 'y-text',
  Anchor: 'y-mark',
  Alias: 'y-mark',
  Tag: 'y-mark',
  DirectiveName: 'y-mark',
}
const marks = Object.fromEntries(
  Object.entries(classes).map(([node, name]) => [node, Decoration.mark({ class: name })]),
)
const masked = Decoration.mark({ class: 'y-mask' })
const value = Decoration.mark({ class: 'y-value' })

const isMask = (text: string) => text.includes('••••')
const isScalar = (text: string) => /^(?:true|false|null|~|[-+]?\d+(?:\.\d+)?)$/i.test(text)

/** Colours keys, comments, texts, numbers and masks on the screen by the grammar of YAML. */
export const yamlColours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = colour(view)
    }
    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = colour(update.view)
    }
  },
  { decorations: (plugin) => plugin.decorations },
)

function colour(view: EditorView): DecorationSet {
  const text = view.state.doc.toString()
  const tree = yamlLanguage.parser.parse(text)
  const found: Range<Decoration>[] = []
  for (const { from, to } of view.visibleRanges) {
    tree.iterate({
      from,
      to,
      enter(node) {
        const mark = marks[node.name]
        const words = text.slice(node.from, node.to)
        if (mark && node.from < node.to) found.push(mark.range(node.from, node.to))
        else if (node.name === 'Literal' && node.node.parent?.name !== 'Key' && node.from < node.to) {
          if (isMask(words)) found.push(masked.range(node.from, node.to))
          else if (isScalar(words)) found.push(value.range(node.from, node.to))
        }
      },
    })
  }
  return Decoration.set(found, true)
}
