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

/** When old jobs go by themselves, and what all of it takes up. */
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
  const [age, setAge] = useState(String(settings.maxAgeDays))
  const [jobs, setJobs] = useState(String(settings.maxJobs))
  const [size, setSize] = useState(String(Math.round((settings.maxBytes / gigabyte) * 10) / 10))
  const [secrets, setSecrets] = useState(String(settings.secretHours))
  const wanted: StudioSettings = {
    maxAgeDays: whole(age),
    maxJobs: whole(jobs),
    maxBytes: Math.max(0, Math.round(Number.parseFloat(size) * gigabyte) || 0),
    secretHours: Math.max(1, whole(secrets)),
  }
  const unchanged =
    whole(age) === settings.maxAgeDays &&
    whole(jobs) === settings.maxJobs &&
    whole(secrets) === settings.secretHours &&
    size === String(Math.round((settings.maxBytes / gigabyte) * 10) / 10)
  const save = useMutation({
    mutationFn: () => call('updateSettings', { body: wanted }),
    onSuccess: (next) => {
      queryClient.setQueryData(settingsQuery.queryKey, next)
      tell('Saved.')
    },
    onError: tellProblem,
  })
  const prune = useMutation({
    mutationFn: () => call('pruneJobs', {}),
    onSuccess: async ({ removed, bytes: freed }) => {
      tell(removed.length === 0 ? 'Nothing to remove.' : `Removed ${count(removed.length, 'job')}, ${bytes(freed)}.`)
      await queryClient.invalidateQueries({ queryKey: keys.jobs })
      await queryClient.invalidateQueries({ queryKey: keys.settings })
    },
    onError: tellProblem,
  })
  const { prunable } = usage
  return (
    <Dialog
      title="Clean-up"
      onClose={onClose}
      actions={
        <>
          <Button icon="trash" disabled={prunable.jobs === 0} busy={prune.isPending} onClick={() => prune.mutate()}>
            {prunable.jobs === 0
              ? 'Nothing to remove now'
              : `Remove ${count(prunable.jobs, 'job')} now (${bytes(prunable.bytes)})`}
          </Button>
          <Button kind="accent" type="submit" form="clean-up" disabled={unchanged} busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <p className="muted">Jobs that you keep never go by themselves. 0 means no limit.</p>
      <form
        id="clean-up"
        className="clean-up"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Field
          label="Older than (days)"
          type="number"
          min={0}
          max={3650}
          step={1}
          value={age}
          onChange={(e) => setAge(e.target.value)}
        />
        <Field
          label="More than (jobs)"
          type="number"
          min={0}
          max={100000}
          step={1}
          value={jobs}
          onChange={(e) => setJobs(e.target.value)}
        />
        <Field
          label="Larger than (GB)"
          type="number"
          min={0}
          step={0.1}
          value={size}
          onChange={(e) => setSize(e.target.value)}
        />
        <Field
          className="clean-up-secrets"
          label="Secrets of pasted and edited configs (hours after a job last began to run)"
          hint="Kept outside of the job folders, so that Run again need not ask. Config files keep their own."
          type="number"
          min={1}
          max={720}
          step={1}
          value={secrets}
          onChange={(e) => setSecrets(e.target.value)}
        />
      </form>
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
    </Dialog>
  )
}

const whole = (text: string) => Math.max(0, Number.parseInt(text, 10) || 0)
