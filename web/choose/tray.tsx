import { type DragEvent, type KeyboardEvent, useRef, useState } from 'react'
import type { ItemRef, StudioItem } from '../../src/contract/api/api.ts'
import { keyOf, moveChosen, selection, unchoose } from '../core/selection.ts'
import { fullTitle } from '../core/titles.ts'
import { announce } from '../ui/announce.tsx'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { ItemThumb } from '../ui/picture/thumb.tsx'
import { PasteButton } from './paste-dialog.tsx'
import { SetsMenu } from './sets-menu.tsx'
import { SmartSample } from './smart-sample.tsx'
import { useChosen } from './use-chosen.ts'
import type { WallQuery } from './wall/wall-query.ts'
import './tray.css'

/** The chosen items in their order, and other ways to choose. */
export function Tray({ query }: { query: WallQuery }) {
  const chosen = useChosen()
  return (
    <section className="tray" data-empty={chosen.length === 0 || undefined} aria-label="Chosen posters">
      {chosen.length === 0 ? (
        <p className="tray-hint">
          <strong>Click posters to choose them.</strong>{' '}
          <span className="muted">
            Shift chooses everything in between. Or let Smart sample pick posters that differ.
          </span>
        </p>
      ) : (
        <TrayList chosen={chosen} />
      )}
      <div className="tray-tools">
        <SmartSample query={query} />
        <PasteButton />
        <SetsMenu />
        {chosen.length > 0 && (
          <Button
            kind="quiet"
            icon="cross"
            className="tray-tool"
            onClick={() => {
              selection.set([])
              announce('Nothing chosen')
            }}
          >
            <span className="tray-words">Clear</span>
          </Button>
        )}
      </div>
    </section>
  )
}

function TrayList({ chosen }: { chosen: readonly { ref: ItemRef; item: StudioItem | undefined }[] }) {
  const list = useRef<HTMLOListElement>(null)
  const [dragged, setDragged] = useState<number | null>(null)
  const focusAt = (index: number) =>
    requestAnimationFrame(() => list.current?.querySelectorAll('button')[index]?.focus({ preventScroll: false }))

  const remove = (ref: ItemRef, item: StudioItem | undefined, index: number) => {
    unchoose([ref])
    announce(`${item ? fullTitle(item) : 'Item'} no longer chosen`)
    focusAt(Math.min(index, chosen.length - 2))
  }
  const onKeyDown = (event: KeyboardEvent, ref: ItemRef, index: number) => {
    const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
    if (by === 0) return
    event.preventDefault()
    if (event.altKey || event.ctrlKey) moveChosen(ref, by)
    focusAt(Math.min(Math.max(index + by, 0), chosen.length - 1))
  }
  const onDrop = (event: DragEvent, index: number) => {
    event.preventDefault()
    const from = dragged === null ? undefined : chosen[dragged]
    if (from && dragged !== null) moveChosen(from.ref, index - dragged)
    setDragged(null)
  }

  return (
    <ol ref={list} className="tray-list">
      {chosen.map(({ ref, item }, index) => (
        <li
          key={keyOf(ref)}
          draggable
          data-dragged={dragged === index || undefined}
          onDragStart={() => setDragged(index)}
          onDragEnd={() => setDragged(null)}
          onDragOver={(event) => dragged !== null && event.preventDefault()}
          onDrop={(event) => onDrop(event, index)}
        >
          <button
            type="button"
            className="tray-item"
            aria-label={`Remove ${item ? fullTitle(item) : 'item'}, ${index + 1} of ${chosen.length}`}
            aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight"
            title={`${item ? fullTitle(item) : 'Loading'} – click removes, drag or Alt and arrows move`}
            onClick={() => remove(ref, item, index)}
            onKeyDown={(event) => onKeyDown(event, ref, index)}
          >
            <span className="tray-art">{item && <ItemThumb item={item} width={60} />}</span>
            <span className="tray-number">{index + 1}</span>
            <span className="tray-remove">
              <Icon name="cross" size={12} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}
