import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { ConfigProblem } from '../../src/contract/api/api.ts'
import { configKeysQuery } from '../core/queries.ts'
import { createEditor, type Editor } from './create-editor.ts'
import './config-editor.css'

export interface ConfigEditorProps {
  label: string
  text: string
  problems: readonly ConfigProblem[]
  onText?: (text: string) => void
  /** The place to show. A new object moves the editor there. */
  place?: { line: number } | null
}

/** Shows the YAML of a config in CodeMirror. It is loaded when a screen needs it. */
export default function ConfigEditor({ label, text, problems, onText, place }: ConfigEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<Editor | null>(null)
  const keys = useQuery(configKeysQuery).data?.keys
  const latest = useRef({ onText, keys })
  latest.current = { onText, keys }
  const editable = onText !== undefined

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once; later changes use its methods.
  useEffect(() => {
    if (!host.current) return
    const made = createEditor(host.current, {
      label,
      text,
      editable,
      keys: () => latest.current.keys ?? [],
      onText: (next) => latest.current.onText?.(next),
    })
    editor.current = made
    return () => {
      made.destroy()
      editor.current = null
    }
  }, [editable])

  useEffect(() => editor.current?.setText(text), [text])
  useEffect(() => editor.current?.setProblems(problems), [problems])
  useEffect(() => {
    if (place) editor.current?.show(place.line)
  }, [place])

  return <div ref={host} className="config-editor" />
}
