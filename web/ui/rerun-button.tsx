import { useQuery } from '@tanstack/react-query'
import type { JobDetail } from '../../src/contract/api/api.ts'
import { draft } from '../core/draft/draft.ts'
import { useRerun, useStartEdited } from '../core/jobs/job-actions.ts'
import { type RerunChoice, rerunChoices } from '../core/jobs/rerun-choices.ts'
import { connectionQuery } from '../core/queries.ts'
import { useStore } from '../core/store.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import { MenuItem, Popover } from './popover.tsx'
import './rerun-button.css'

/** Runs a job again and names the config that it will use. A menu offers the other configs. */
export function RerunButton({ job }: { job: JobDetail }) {
  const rerun = useRerun()
  const startEdited = useStartEdited()
  const connection = useQuery(connectionQuery).data?.connection ?? null
  const [first, ...others] = rerunChoices(job, connection, useStore(draft))
  const run = (choice: RerunChoice) => {
    if (choice.use === 'edit') startEdited.mutate({ job, ...choice })
    else rerun.mutate({ jobId: job.id, use: choice.use })
  }
  if (!first) return null
  return (
    <span className="rerun">
      <Button
        kind="accent"
        icon="restore"
        className="rerun-main"
        disabled={!job.canRerun}
        busy={rerun.isPending || startEdited.isPending}
        onClick={() => run(first)}
      >
        <span className="rerun-words">
          <span>Run again</span>
          <span className="rerun-with one-line" dir="auto">
            {first.words}
          </span>
        </span>
      </Button>
      {others.length > 0 && job.canRerun && (
        <Popover
          className="button button-accent rerun-more"
          label="Run again with another config"
          button={<Icon name="down" size={14} />}
        >
          {(close) =>
            others.map((choice) => (
              <MenuItem
                key={choice.use}
                onSelect={() => {
                  close()
                  run(choice)
                }}
              >
                <Icon name="restore" /> Run again {choice.words}
              </MenuItem>
            ))
          }
        </Popover>
      )}
    </span>
  )
}
