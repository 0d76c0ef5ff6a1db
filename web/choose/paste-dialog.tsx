import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ResolveReply, StudioItem } from '../../src/contract/api/api.ts'
import { call } from '../core/api.ts'
import { count } from '../core/format.ts'
import { choose, keyOf } from '../core/selection.ts'
import { fullTitle } from '../core/titles.ts'
import { tell } from '../ui/announce.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { asProblem, Problem } from '../ui/notes.tsx'
import { ItemThumb } from '../ui/picture/thumb.tsx'
import './paste-dialog.css'

export function PasteButton() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button
        kind="quiet"
        icon="paste"
        className="tray-tool"
        onClick={() => setOpen(true)}
        title="Paste ratingKeys, titles or Plex addresses"
      >
        <span className="tray-words">Paste</span>
      </Button>
      {open && <PasteDialog onClose={() => setOpen(false)} />}
    </>
  )
}

/** Takes ratingKeys, titles and Plex addresses. It asks about an ambiguous line and names an unknown one. */
function PasteDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const resolve = useMutation({
    mutationFn: () => call('resolveItems', { body: { text } }),
    onSuccess: (reply) => {
      choose(reply.items)
      if (reply.problems.length > 0) return
      tell(`Chose ${count(reply.items.length, 'item')}.`)
      onClose()
    },
  })
  return (
    <Dialog
      title="Paste items"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{resolve.data ? 'Done' : 'Cancel'}</Button>
          <Button kind="accent" busy={resolve.isPending} disabled={text.trim() === ''} onClick={() => resolve.mutate()}>
            Choose them
          </Button>
        </>
      }
    >
      <div className="field">
        <label htmlFor="paste-items">One on each line</label>
        <textarea
          id="paste-items"
          className="input"
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder={'12345\nMetropolis (1927)\nOne Step Beyond S01E02\nhttps://app.plex.tv/…metadata%2F12345'}
          rows={6}
          spellCheck={false}
          autoFocus
        />
        <p className="field-hint">ratingKeys, titles, episodes, or addresses copied from Plex.</p>
      </div>
      {resolve.isError && <Problem problem={asProblem(resolve.error)} />}
      {resolve.data && <Rest reply={resolve.data} />}
    </Dialog>
  )
}

function Rest({ reply }: { reply: ResolveReply }) {
  const [done, setDone] = useState<ReadonlySet<string>>(new Set())
  const pick = (spec: string, item: StudioItem) => {
    choose([item])
    setDone((specs) => new Set([...specs, spec]))
  }
  return (
    <>
      {reply.items.length > 0 && <p>Chose {count(reply.items.length, 'item')}.</p>}
      {reply.problems
        .filter(({ spec }) => !done.has(spec))
        .map(({ spec, problem, candidates }) => (
          <section key={spec} className="paste-problem">
            <p>
              <strong dir="auto">{spec}</strong>
            </p>
            {candidates.length === 0 ? (
              <Problem problem={problem} />
            ) : (
              <>
                <p className="muted">Which one?</p>
                <ul>
                  {candidates.map((item) => (
                    <li key={keyOf(item)}>
                      <button type="button" className="candidate" onClick={() => pick(spec, item)}>
                        <span className="candidate-art">
                          <ItemThumb item={item} width={40} />
                        </span>
                        <span>
                          <span dir="auto">{fullTitle(item)}</span>
                          <br />
                          <span className="muted">{item.library}</span>
                        </span>
                      </button>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </section>
        ))}
    </>
  )
}
