import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SavedSet } from '../../src/contract/api/api.ts'
import { call } from '../core/api.ts'
import { count } from '../core/format.ts'
import { queryClient, setsQuery } from '../core/queries.ts'
import { selection } from '../core/selection.ts'
import { useStore } from '../core/store.ts'
import { tell, tellProblem } from '../ui/announce.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import './sets-menu.css'

const readAnew = () => queryClient.invalidateQueries({ queryKey: setsQuery.queryKey })

/** Saves and loads selections under a name. */
export function SetsMenu() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button kind="quiet" icon="save" className="tray-tool" onClick={() => setOpen(true)} title="Saved choices">
        <span className="tray-words">Sets</span>
      </Button>
      {open && <SetsDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function SetsDialog({ onClose }: { onClose: () => void }) {
  const sets = useQuery(setsQuery).data?.sets
  const chosen = useStore(selection)
  const [name, setName] = useState('')
  const save = useMutation({
    mutationFn: () => {
      const same = sets?.find((set) => set.name === name.trim())
      const body = { name: name.trim(), items: [...chosen] }
      return same ? call('updateSet', { params: { setId: same.id }, body }) : call('createSet', { body })
    },
    onSuccess: async (set) => {
      setName('')
      tell(`Saved “${set.name}”.`)
      await readAnew()
    },
    onError: tellProblem,
  })
  const remove = useMutation({
    mutationFn: (set: SavedSet) => call('deleteSet', { params: { setId: set.id } }),
    onSuccess: readAnew,
    onError: tellProblem,
  })
  const take = (set: SavedSet) => {
    selection.set(set.items)
    tell(`“${set.name}”: ${count(set.items.length, 'item')} chosen.`)
    onClose()
  }
  const exists = sets?.some((set) => set.name === name.trim())
  return (
    <Dialog title="Saved sets" onClose={onClose}>
      {sets?.length === 0 && (
        <p className="muted">Save the chosen posters under a name, and load them for the next preview.</p>
      )}
      {sets && sets.length > 0 && (
        <ul className="sets">
          {sets.map((set) => (
            <li key={set.id}>
              <button type="button" className="set" onClick={() => take(set)}>
                <span className="one-line" dir="auto">
                  {set.name}
                </span>
                <span className="muted">{count(set.items.length, 'item')}</span>
              </button>
              <IconButton icon="trash" label={`Delete ${set.name}`} onClick={() => remove.mutate(set)} />
            </li>
          ))}
        </ul>
      )}
      {chosen.length > 0 && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate()
          }}
        >
          <Field
            label={`Save the ${count(chosen.length, 'chosen item')}`}
            value={name}
            maxLength={100}
            placeholder="Name"
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
            after={
              <Button type="submit" busy={save.isPending} disabled={name.trim() === ''}>
                {exists ? 'Replace' : 'Save'}
              </Button>
            }
          />
        </form>
      )}
    </Dialog>
  )
}
