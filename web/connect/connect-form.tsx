import { type DragEvent, useState } from 'react'
import type { ConnectRequest } from '../../src/contract/api/api.ts'
import { bytes } from '../core/format.ts'
import { Action } from '../frame/action.tsx'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { asProblem, Problem } from '../ui/notes.tsx'
import { FolderDialog } from './folder-dialog.tsx'
import './connect-form.css'

/** The contract's limit of a config: a larger file is refused before it is sent. */
const maxConfigBytes = 4 * 1024 * 1024
const formId = 'connect-form'

/** Takes a config in one of three ways: a path, a dropped file or pasted text. */
export function ConnectForm({
  lastPath,
  busy,
  error,
  onConnect,
  onBack,
}: {
  lastPath: string | null
  busy: boolean
  error: Error | null
  onConnect: (request: ConnectRequest) => void
  onBack?: () => void
}) {
  const [path, setPath] = useState(lastPath ?? '')
  const [pasted, setPasted] = useState('')
  const [browsing, setBrowsing] = useState(false)
  const [fileProblem, setFileProblem] = useState<string | null>(null)
  const ready = path.trim() !== '' || pasted.trim() !== ''

  const takeFile = async (file: File | undefined) => {
    if (!file) return
    if (file.size > maxConfigBytes) {
      setFileProblem(`${file.name} is ${bytes(file.size)}: no Kometa config is that large.`)
      return
    }
    setFileProblem(null)
    onConnect({ kind: 'text', name: file.name, text: await file.text() })
  }
  const submit = () =>
    onConnect(
      pasted.trim() !== ''
        ? { kind: 'text', name: 'pasted config', text: pasted }
        : { kind: 'path', path: path.trim() },
    )

  const pick = (picked: string) => {
    setBrowsing(false)
    setPath(picked)
    onConnect({ kind: 'path', path: picked })
  }

  const { over, ...drop } = useDrop((file) => void takeFile(file))
  return (
    <div className="screen connect-form" {...drop} data-over={over || undefined}>
      <Intro />

      {error && <Problem problem={asProblem(error)} />}
      {fileProblem && <Problem problem={{ message: fileProblem, hint: null }} />}

      <form
        id={formId}
        className="connect-card"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready && !busy) submit()
        }}
      >
        <Field
          label="Path on this machine"
          value={path}
          onChange={(event) => setPath(event.target.value)}
          placeholder="/home/me/kometa/config/config.yml"
          autoComplete="off"
          spellCheck={false}
          disabled={pasted.trim() !== ''}
          hint={lastPath ? 'The one you used last.' : undefined}
          after={
            <Button icon="folder" onClick={() => setBrowsing(true)}>
              Browse
            </Button>
          }
        />
        <p className="connect-or">
          <span>or</span>
        </p>
        <FileInput onFile={(file) => void takeFile(file)} />
        <p className="connect-or">
          <span>or</span>
        </p>
        <PasteField value={pasted} onValue={setPasted} />
      </form>

      {onBack && (
        <p>
          <Button kind="quiet" icon="left" onClick={onBack}>
            Keep the one that is connected
          </Button>
        </p>
      )}
      {browsing && <FolderDialog start={path} onClose={() => setBrowsing(false)} onPick={pick} />}
      <Action>
        <Button kind="accent" type="submit" form={formId} disabled={!ready} busy={busy}>
          Connect
        </Button>
      </Action>
    </div>
  )
}

const Intro = () => (
  <header className="connect-intro">
    <h1>Which Kometa config?</h1>
    <p className="muted">
      Your own config.yml, as it is. It is only read, and nothing in Plex changes: every write is stopped on the way.
    </p>
  </header>
)

const FileInput = ({ onFile }: { onFile: (file: File | undefined) => void }) => (
  <label className="connect-drop">
    <input
      type="file"
      accept=".yml,.yaml"
      className="hidden-text"
      onChange={(event) => onFile(event.target.files?.[0])}
    />
    <Icon name="file" size={24} />
    <span>
      <strong>Drop a config.yml here</strong>, or choose one
    </span>
    <span className="muted">Overlay files named by relative paths need the path above.</span>
  </label>
)

const PasteField = ({ value, onValue }: { value: string; onValue: (text: string) => void }) => (
  <div className="field">
    <label htmlFor="pasted">Paste it</label>
    <textarea
      id="pasted"
      className="input connect-paste"
      value={value}
      onChange={(event) => onValue(event.target.value)}
      placeholder={'plex:\n  url: http://192.168.1.10:32400\n  token: …\nlibraries:\n  Movies: …'}
      spellCheck={false}
      autoComplete="off"
    />
  </div>
)

/** Takes a file that is dropped anywhere on the screen. */
function useDrop(onFile: (file: File | undefined) => void) {
  const [over, setOver] = useState(false)
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files')
  return {
    over,
    onDragOver: (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    },
    onDragLeave: (event: DragEvent) => {
      if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false)
    },
    onDrop: (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(false)
      onFile(event.dataTransfer.files[0])
    },
  }
}
