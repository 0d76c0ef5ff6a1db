import { memo } from 'react'
import type { JobEntry } from '../../src/contract/api/api.ts'
import { ago, bytes, count, dateAndTime, duration } from '../core/format.ts'
import { useCancel, useKeep, useRerun } from '../core/jobs/job-actions.ts'
import { countsWords, faultsWords, isOver, jobState, noNews } from '../core/jobs/job-words.ts'
import { rerunChoices } from '../core/jobs/rerun-choices.ts'
import { useIsAway } from '../core/online.ts'
import { jobPath } from '../core/route.ts'
import { navigate } from '../core/router.ts'
import { Badge } from '../ui/badge.tsx'
import { Ring } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'
import { JobThumb } from '../ui/picture/thumb.tsx'
import { MenuItem, Popover } from '../ui/popover.tsx'
import './job-row.css'

export const JobRow = memo(function JobRow({ job, onDelete }: { job: JobEntry; onDelete: (job: JobEntry) => void }) {
  const { id, title, status, pictures, config, configEdited, keep, renderer, secretsKeptUntil } = job
  const over = isOver(status)
  const away = useIsAway()
  const state = away && !over ? noNews : jobState(job)
  const facts = [
    count(job.targetCount, 'item'),
    countsWords(job),
    job.faultCount > 0 && faultsWords(job.faultCount),
    job.durationMs !== null && duration(job.durationMs),
    job.bytes > 0 && bytes(job.bytes),
  ].filter(Boolean)
  return (
    <li className="job-row">
      <Link className="job-link" href={jobPath(over ? 'compare' : 'run', id)}>
        <span className="job-pictures" aria-hidden="true">
          {pictures.slice(0, 4).map((picture) => (
            <span key={picture.sha256} className="job-picture">
              <JobThumb jobId={id} image={picture} width={56} alt="" />
            </span>
          ))}
          {pictures.length === 0 && <span className="thumb thumb-poster job-picture" />}
        </span>
        <span className="job-words">
          <span className="job-title">
            <strong className="one-line" dir="auto">
              {title}
            </strong>
            {keep && (
              <span title="Kept">
                <Icon name="pin" size={14} />
                <span className="hidden-text">kept</span>
              </span>
            )}
          </span>
          <span className="muted job-facts">{facts.join(' · ')}</span>
          <span className="muted job-facts">
            <time dateTime={job.createdAt} title={dateAndTime(job.createdAt)}>
              {ago(job.createdAt)}
            </time>
            {' · '}
            <span dir="auto">{config}</span>
            {configEdited && ' (edited)'}
            {renderer === 'sample' && ' · sample renderer'}
            {secretsKeptUntil !== null && (
              <>
                {' · '}
                <span title="Outside the job's folder, for Run again. After that it asks for them.">
                  its secrets are kept until {dateAndTime(secretsKeptUntil)}
                </span>
              </>
            )}
          </span>
        </span>
        <span className="job-status">
          {status === 'running' && !away ? (
            <span className="job-running">
              <Ring size={14} />
              Running
            </span>
          ) : (
            <Badge tone={state.tone}>
              {status === 'queued' && job.queuePlace && !away ? `Number ${job.queuePlace} in line` : state.words}
            </Badge>
          )}
        </span>
      </Link>
      <JobMenu job={job} onDelete={onDelete} />
    </li>
  )
})

function JobMenu({ job, onDelete }: { job: JobEntry; onDelete: (job: JobEntry) => void }) {
  // An edit of this job's config is in use on that job's own screen only.
  const choices = rerunChoices(job, null, null).filter((choice) => choice.use !== 'edit')
  const [first] = choices
  const rerun = useRerun()
  const keep = useKeep()
  const cancel = useCancel()
  const over = isOver(job.status)
  return (
    <Popover className="icon-button" label={`More about ${job.title}`} button={<Icon name="more" size={20} />}>
      {(close) => {
        const then = (action: () => void) => () => {
          close()
          action()
        }
        return (
          <>
            <MenuItem onSelect={then(() => navigate(jobPath('run', job.id)))}>
              <Icon name="log" /> Show the run
            </MenuItem>
            <MenuItem onSelect={then(() => navigate(jobPath('config', job.id)))}>
              <Icon name="edit" /> {job.canRerun ? 'Edit the config and run again' : 'Show the config'}
            </MenuItem>
            {over &&
              choices.map(({ use, words }) => (
                <MenuItem
                  key={use}
                  disabled={!job.canRerun}
                  onSelect={then(() => rerun.mutate({ jobId: job.id, use }))}
                >
                  <Icon name="restore" /> Run again {words}
                </MenuItem>
              ))}
            {over && first && (
              <MenuItem
                disabled={!job.canRerun}
                onSelect={then(() => rerun.mutate({ jobId: job.id, use: first.use, fresh: true }))}
              >
                <Icon name="restore" /> Run again {first.words}, asking Plex anew
              </MenuItem>
            )}
            <MenuItem onSelect={then(() => keep.mutate({ jobId: job.id, keep: !job.keep }))}>
              <Icon name="pin" /> {job.keep ? 'Keep no longer' : 'Keep'}
            </MenuItem>
            {over ? (
              <MenuItem danger onSelect={then(() => onDelete(job))}>
                <Icon name="trash" /> Delete
              </MenuItem>
            ) : (
              <MenuItem danger onSelect={then(() => cancel.mutate(job.id))}>
                <Icon name="cross" /> Cancel
              </MenuItem>
            )}
          </>
        )
      }}
    </Popover>
  )
}
