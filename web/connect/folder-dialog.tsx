import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ago, bytes } from '../core/format.ts'
import { folderQuery } from '../core/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { asProblem, Problem, Skeleton } from '../ui/notes.tsx'
import './folder-dialog.css'

/** Shows the allowed folders of the machine that Kometa Preview runs on. */
export function FolderDialog({
  start,
  onPick,
  onClose,
}: {
  start: string
  onPick: (path: string) => void
  onClose: () => void
}) {
  const [path, setPath] = useState<string | null>(start.replace(/[\\/][^\\/]*$/, '') || null)
  const folder = useQuery(folderQuery(path))
  const { data } = folder
  return (
    <Dialog title="Choose a config.yml" onClose={onClose} wide>
      <div className="folder-head">
        <Button
          kind="quiet"
          icon="up"
          disabled={!data || data.path === null}
          onClick={() => setPath(data?.parent ?? null)}
          aria-label="One folder up"
        >
          Up
        </Button>
        <span className="one-line muted folder-path" title={data?.path ?? ''}>
          {data?.path ?? 'Folders that may be opened'}
        </span>
      </div>
      {folder.isError && (
        <Problem
          problem={asProblem(folder.error)}
          action={path !== null && <Button onClick={() => setPath(null)}>Show the folders that may be opened</Button>}
        />
      )}
      {!data && !folder.isError && <Skeleton height={240} width="100%" />}
      {data && !folder.isError && (
        <ul className="folder-list" aria-busy={folder.isPlaceholderData}>
          {data.entries.map((entry) => (
            <li key={entry.path}>
              <button
                type="button"
                className="folder-entry"
                onClick={() => (entry.kind === 'folder' ? setPath(entry.path) : onPick(entry.path))}
              >
                <Icon name={entry.kind === 'folder' ? 'folder' : 'file'} />
                <span className="one-line" dir="auto">
                  {entry.name}
                </span>
                <span className="muted folder-facts">
                  {entry.kind === 'config' && entry.bytes !== null && bytes(entry.bytes)}
                  {entry.kind === 'config' && entry.modifiedAt && ` · ${ago(entry.modifiedAt)}`}
                </span>
              </button>
            </li>
          ))}
          {data.entries.length === 0 && <li className="muted folder-none">No folder and no .yml file here.</li>}
          {data.truncated && <li className="muted folder-none">There are more. Type the path instead.</li>}
        </ul>
      )}
    </Dialog>
  )
}
