import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SettingsReply, StudioSettings } from '../../src/contract/api/api.ts'
import { call } from '../core/api.ts'
import { bytes, count } from '../core/format.ts'
import { keys, queryClient, settingsQuery } from '../core/queries.ts'
import { tell, tellProblem } from '../ui/announce.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { asProblem, Problem, Skeleton } from '../ui/notes.tsx'
import './clean-up-dialog.css'

const gigabyte = 1_000_000_000

/** The limits beyond which old jobs are removed, and the space that everything takes. */
export function CleanUpDialog({ onClose }: { onClose: () => void }) {
  const settings = useQuery(settingsQuery)
  if (settings.data)
    return <CleanUp key={JSON.stringify(settings.data.settings)} reply={settings.data} onClose={onClose} />
  return (
    <Dialog title="Clean-up" onClose={onClose}>
      {settings.isError ? <Problem problem={asProblem(settings.error)} /> : <Skeleton height={240} width="100%" />}
    </Dialog>
  )
}

function CleanUp({ reply, onClose }: { reply: SettingsReply; onClose: () => void }) {
  const { settings, usage, dataFolder } = reply
  const [typed, setTyped] = useState(textsOf(settings))
  const save = useMutation({
    mutationFn: () => call('updateSettings', { body: settingsOf(typed) }),
    onSuccess: (next) => {
      queryClient.setQueryData(settingsQuery.queryKey, next)
      tell('Saved.')
    },
    onError: tellProblem,
  })
  const unchanged = sameTexts(typed, textsOf(settings))
  return (
    <Dialog
      title="Clean-up"
      onClose={onClose}
      actions={
        <>
          <PruneButton {...usage.prunable} />
          <Button kind="accent" type="submit" form="clean-up" disabled={unchanged} busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <p className="muted">Jobs that you keep are never removed by themselves. 0 means no limit.</p>
      <form
        id="clean-up"
        className="clean-up"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        {limitFields.map(({ name, ...field }) => (
          <Field
            key={name}
            {...field}
            type="number"
            value={typed[name]}
            onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
          />
        ))}
      </form>
      <Usage usage={usage} dataFolder={dataFolder} />
    </Dialog>
  )
}

const limitFields = [
  { name: 'age', label: 'Older than (days)', min: 0, max: 3650, step: 1 },
  { name: 'jobs', label: 'More than (jobs)', min: 0, max: 100_000, step: 1 },
  { name: 'size', label: 'Larger than (GB)', min: 0, step: 0.1 },
  {
    name: 'secrets',
    label: 'Secrets of pasted and edited configs (hours after a job last began to run)',
    hint: 'Kept outside the job folders, so that Run again need not ask. A config file keeps its own.',
    className: 'clean-up-secrets',
    min: 1,
    max: 720,
    step: 1,
  },
] as const

/** The text of each field. */
type Texts = Record<(typeof limitFields)[number]['name'], string>

const textsOf = (settings: StudioSettings): Texts => ({
  age: String(settings.maxAgeDays),
  jobs: String(settings.maxJobs),
  size: String(Math.round((settings.maxBytes / gigabyte) * 10) / 10),
  secrets: String(settings.secretHours),
})

const settingsOf = (typed: Texts): StudioSettings => ({
  maxAgeDays: whole(typed.age),
  maxJobs: whole(typed.jobs),
  maxBytes: Math.max(0, Math.round(Number.parseFloat(typed.size) * gigabyte) || 0),
  secretHours: Math.max(1, whole(typed.secrets)),
})

/** The size is compared as text: the field shows a rounded number, which is no change of the exact one. */
const sameTexts = (one: Texts, other: Texts): boolean =>
  one.size === other.size &&
  whole(one.age) === whole(other.age) &&
  whole(one.jobs) === whole(other.jobs) &&
  whole(one.secrets) === whole(other.secrets)

const whole = (text: string) => Math.max(0, Number.parseInt(text, 10) || 0)

function PruneButton({ jobs, bytes: size }: SettingsReply['usage']['prunable']) {
  const prune = useMutation({
    mutationFn: () => call('pruneJobs', {}),
    onSuccess: async ({ removed, bytes: freed }) => {
      tell(removed.length === 0 ? 'Nothing to remove.' : `Removed ${count(removed.length, 'job')}, ${bytes(freed)}.`)
      await queryClient.invalidateQueries({ queryKey: keys.jobs })
      await queryClient.invalidateQueries({ queryKey: keys.settings })
    },
    onError: tellProblem,
  })
  return (
    <Button icon="trash" disabled={jobs === 0} busy={prune.isPending} onClick={() => prune.mutate()}>
      {jobs === 0 ? 'Nothing to remove now' : `Remove ${count(jobs, 'job')} now (${bytes(size)})`}
    </Button>
  )
}

function Usage({ usage, dataFolder }: Pick<SettingsReply, 'usage' | 'dataFolder'>) {
  return (
    <dl className="usage">
      <div>
        <dt>Jobs</dt>
        <dd>
          {usage.jobs} · {bytes(usage.jobBytes)}
        </dd>
      </div>
      <div>
        <dt>Small pictures of your libraries</dt>
        <dd>{bytes(usage.thumbnailBytes)}</dd>
      </div>
      <div>
        <dt>Lists of your libraries</dt>
        <dd>{bytes(usage.indexBytes)}</dd>
      </div>
      <div>
        <dt>Folder</dt>
        <dd>
          <code>{dataFolder}</code>
        </dd>
      </div>
    </dl>
  )
}
