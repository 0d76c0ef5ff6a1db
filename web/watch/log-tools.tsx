import type { JobDetail } from '../../src/contract/api/api.ts'
import { apiUrl } from '../core/api.ts'
import { isOver } from '../core/jobs/job-words.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { SearchField, Select } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import type { Level } from './log-levels.ts'

const levelChoices = [
  ['debug', 'Everything'],
  ['info', 'Info and worse'],
  ['warning', 'Warnings and worse'],
  ['error', 'Errors only'],
] as const

export interface LogToolsProps {
  job: JobDetail
  level: Level
  onLevel: (level: Level) => void
  search: string
  onSearch: (text: string) => void
  /** Errors among the lines that are shown. */
  errors: number
  onJump: (by: 1 | -1) => void
  paused: boolean
  /** Lines that came during the pause. */
  unseen: number
  onPause: () => void
  following: boolean
  onFollow: () => void
}

/** Searches, filters, pauses and downloads the log. */
export function LogTools(props: LogToolsProps) {
  const { job, level, onLevel, search, onSearch, errors, onJump, paused, unseen, onPause, following, onFollow } = props
  return (
    <div className="log-tools">
      <SearchField
        className="log-search"
        label="Search the log"
        placeholder="Search the log"
        value={search}
        onValue={onSearch}
      />
      <Select label="Lines to show" value={level} options={levelChoices} onValue={onLevel} />
      <span className="log-tool-group">
        <IconButton icon="up" label="Previous error" disabled={errors === 0} onClick={() => onJump(-1)} />
        <IconButton icon="down" label="Next error" disabled={errors === 0} onClick={() => onJump(1)} />
      </span>
      <span className="log-space" />
      {!isOver(job.status) && (
        <>
          <Button kind="quiet" icon={paused ? 'play' : 'pause'} onClick={onPause}>
            {paused ? `Continue${unseen > 0 ? ` (${unseen} new)` : ''}` : 'Pause'}
          </Button>
          <Button
            kind="quiet"
            icon="down"
            aria-pressed={following}
            className={following ? 'log-on' : ''}
            onClick={onFollow}
          >
            Follow
          </Button>
        </>
      )}
      <a
        className="icon-button"
        href={apiUrl('jobLog', { jobId: job.id })}
        download={`${job.id}.log.txt`}
        aria-label="Download the whole log"
        title="Download the whole log"
      >
        <Icon name="download" size={20} />
      </a>
    </div>
  )
}
