import { autocompletion } from '@codemirror/autocomplete'
import { lintGutter, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { EditorView, hoverTooltip } from '@codemirror/view'
import { basicSetup } from 'codemirror'
import type { ConfigKey, ConfigProblem } from '../../src/contract/api/api.ts'
import { diagnosticsOf } from './diagnostics.ts'
import { editorTheme } from './editor-theme.ts'
import { completeKey, explainKey } from './key-help.ts'
import { yamlColours } from './yaml-colours.ts'

export interface Editor {
  setText(text: string): void
  setProblems(problems: readonly ConfigProblem[]): void
  show(line: number): void
  destroy(): void
}

export interface EditorOptions {
  label: string
  text: string
  editable: boolean
  keys: () => readonly ConfigKey[]
  onText: (text: string) => void
}

/**
 * Puts CodeMirror into a shadow root. There its styles are adopted sheets, so that the page's content policy can forbid
 * inline styles.
 */
export function createEditor(host: HTMLElement, options: EditorOptions): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  let told = options.text
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        basicSetup,
        editorTheme,
        yamlColours,
        lintGutter(),
        autocompletion({ override: [(context) => completeKey(context, options.keys())], icons: false }),
        hoverTooltip((editor, position) => explainKey(editor.state, position, options.keys())),
        EditorView.contentAttributes.of({ 'aria-label': options.label, tabindex: '0' }),
        EditorState.readOnly.of(!options.editable),
        EditorState.tabSize.of(2),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return
          const text = update.state.doc.toString()
          if (text === told) return
          told = text
          options.onText(text)
        }),
      ],
    }),
  })
  return {
    setText(text) {
      if (text === told) return
      told = text
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
    },
    setProblems(problems) {
      view.dispatch(setDiagnostics(view.state, diagnosticsOf(view.state.doc, problems)))
    },
    show(line) {
      const { from } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines))
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
      view.focus()
    },
    destroy: () => view.destroy(),
  }
}
