import type { JobEntry } from '../../src/contract/api/api.ts'
import { bytes } from '../core/format.ts'
import { useDelete } from '../core/jobs/job-actions.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'

export function DeleteDialog({ job, onClose }: { job: JobEntry; onClose: () => void }) {
  const remove = useDelete()
  return (
    <Dialog
      title="Delete this job?"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            icon="trash"
            busy={remove.isPending}
            onClick={() => remove.mutate(job.id, { onSuccess: onClose })}
          >
            Delete
          </Button>
        </>
      }
    >
      <p>
        <strong dir="auto">{job.title}</strong>
      </p>
      <p>
        Its pictures, config and log go, {bytes(job.bytes)} in all. Nothing in Plex and none of your own files is
        touched.
      </p>
      {job.keep && <p>You asked to keep it.</p>}
    </Dialog>
  )
}
