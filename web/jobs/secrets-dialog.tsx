import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { MissingSecret } from '../../src/contract/api/api.ts'
import { askedSecrets, type Rerun, useRerun } from '../core/jobs/job-actions.ts'
import { jobConfigQuery } from '../core/queries.ts'
import { useStore } from '../core/store.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { asProblem, Problem, Skeleton } from '../ui/notes.tsx'
import './secrets-dialog.css'

/** Asks for the secrets of a job that are no longer kept, for every screen that can run a job again. */
export function SecretsDialog() {
  const asked = useStore(askedSecrets)
  return asked && <AskSecrets key={asked.jobId} rerun={asked} onClose={() => askedSecrets.set(null)} />
}

function AskSecrets({ rerun: wanted, onClose }: { rerun: Rerun; onClose: () => void }) {
  const config = useQuery({ ...jobConfigQuery(wanted.jobId), gcTime: 0, staleTime: 0 })
  const rerun = useRerun()
  const [typed, setTyped] = useState<Record<string, string>>({})
  const missing = config.data?.missingSecrets ?? []
  const whole = missing.length > 0 && missing.every(({ number }) => (typed[number] ?? '') !== '')
  return (
    <Dialog
      title="Type the secrets again"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="accent" icon="restore" type="submit" form="secrets" disabled={!whole} busy={rerun.isPending}>
            Run again
          </Button>
        </>
      }
    >
      <p>
        The token and keys of a pasted or edited config are not kept in the job, and elsewhere only for a while. They
        are over.
      </p>
      {config.isError && <Problem problem={asProblem(config.error)} />}
      {config.isPending && <Skeleton height={96} width="100%" />}
      <form
        id="secrets"
        className="secrets"
        onSubmit={(event) => {
          event.preventDefault()
          rerun.mutate({ ...wanted, secrets: typed }, { onSuccess: onClose })
        }}
      >
        {missing.map((secret) => (
          <Field
            key={secret.number}
            label={secret.place}
            hint={goesTo(secret)}
            type="password"
            autoComplete="off"
            value={typed[secret.number] ?? ''}
            onChange={(event) => setTyped({ ...typed, [secret.number]: event.target.value })}
          />
        ))}
      </form>
    </Dialog>
  )
}

/** Whoever types a secret must see where it goes. */
const goesTo = ({ addresses }: MissingSecret) =>
  addresses.length === 0 ? undefined : `It goes to ${addresses.join(' and ')}`
