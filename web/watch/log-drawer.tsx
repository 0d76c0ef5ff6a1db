import { useEffect, useMemo, useRef, useState } from 'react'
import type { JobDetail, StudioLogLine } from '../../src/contract/api/api.ts'
import { apiUrl } from '../core/api.ts'
import { type JobLog, jobLog, loadLogLines } from '../core/jobs/job-log.ts'
import { faultsWords, isOver } from '../core/jobs/job-words.ts'
import { setQuery } from '../core/router.ts'
import { useStore } from '../core/store.ts'
import { tellProblem } from '../ui/announce.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { SearchField, Select } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { isError, type Level, levels, rankOf } from './log-levels.ts'
import { LogLines, type LogLinesHandle } from './log-lines.tsx'
import { rowsOf } from './log-rows.ts'
import { tellingLine } from './telling-line.ts'
import './log-drawer.css'

const levelChoices = [
  ['debug', 'Everything'],
  ['info', 'Info and worse'],
  ['warning', 'Warnings and worse'],
  ['error', 'Errors only'],
] as const
/**
 * The log at the foot of the run: closed at first; the address opens it (`log=open`, `log=error`, `log=<number of a line>`,
 * `log=error&item=<target>` at what Kometa said of one item).
 */
export function LogDrawer({ job, open, item }: { job: JobDetail; open: string | null; item: string | null }) {
  const jobId = job.id
  const isOpen = open !== null
  const log = useStore(jobLog(jobId))
  const errors = useMemo(() => log.lines.filter(isError).length, [log.lines])
  useEffect(() => {
    if (!isOpen) return
    const abort = new AbortController()
    loadLogLines(jobId, 'newest', abort.signal).catch((error: unknown) => {
      if (!abort.signal.aborted) tellProblem(error)
    })
    return () => abort.abort()
  }, [jobId, isOpen])

  return (
    <section className="log" data-open={isOpen || undefined} aria-label="Log">
      <h2 className="log-bar">
        <button
          type="button"
          className="log-toggle"
          aria-expanded={isOpen}
          onClick={() => setQuery({ log: isOpen ? null : 'open', item: null }, { replace: true })}
        >
          <Icon name={isOpen ? 'down' : 'up'} size={14} />
          Log
          {job.faultCount > 0 && <Badge tone="warn">{faultsWords(job.faultCount)}</Badge>}
          {errors > 0 && <Badge tone="bad">{errors === 1 ? '1 error' : `${errors} errors`}</Badge>}
        </button>
      </h2>
      {isOpen && <OpenLog job={job} log={log} start={open} item={item} />}
    </section>
  )
}

interface OpenLogProps {
  job: JobDetail
  log: JobLog
  start: string
  item: string | null
}

function OpenLog({ job, log, start, item }: OpenLogProps) {
  const jobId = job.id
  const over = isOver(job.status)
  const [level, setLevel] = useState<Level>('info')
  const [search, setSearch] = useState('')
  /** The lines that are shown while the log is paused. */
  const [paused, setPaused] = useState<readonly StudioLogLine[] | null>(null)
  const [following, setFollowing] = useState(start === 'open')
  const list = useRef<LogLinesHandle>(null)

  const source = paused ?? log.lines
  const rows = useMemo(() => {
    const least = levels.indexOf(level)
    const words = search.trim().toLowerCase()
    return source
      .filter((line) => rankOf(line.level) >= least && (words === '' || line.text.toLowerCase().includes(words)))
      .flatMap(rowsOf)
  }, [source, level, search])
  const errors = useMemo(() => rows.flatMap(({ line, first }, i) => (first && isError(line) ? [i] : [])), [rows])

  // Where the address leads, once its line is there. It may be older than the lines that are held.
  const reached = useRef<string | null>(null)
  useEffect(() => {
    const wanted = `${start} ${item}`
    if (start === 'open' || reached.current === wanted || rows.length === 0) return
    const n = start === 'error' ? tellingLine(log.lines, job, item)?.n : Number(start)
    const index = rows.findIndex(({ line }) => line.n === n)
    if (index < 0) {
      if (log.more) void loadLogLines(jobId, 'older').catch(tellProblem)
      return
    }
    reached.current = wanted
    setFollowing(false)
    list.current?.show(index)
  }, [start, item, rows, log.lines, log.more, job, jobId])

  const jump = (by: 1 | -1) => {
    const now = list.current?.current() ?? -1
    const next =
      by === 1 ? (errors.find((i) => i > now) ?? errors[0]) : (errors.findLast((i) => i < now) ?? errors.at(-1))
    if (next === undefined) return
    setFollowing(false)
    list.current?.show(next)
  }

  return (
    <>
      <div className="log-tools">
        <SearchField
          className="log-search"
          label="Search the log"
          placeholder="Search the log"
          value={search}
          onValue={setSearch}
        />
        <Select label="Lines to show" value={level} options={levelChoices} onValue={setLevel} />
        <span className="log-tool-group">
          <IconButton icon="up" label="Error before" disabled={errors.length === 0} onClick={() => jump(-1)} />
          <IconButton icon="down" label="Next error" disabled={errors.length === 0} onClick={() => jump(1)} />
        </span>
        <span className="log-space" />
        {!over && (
          <>
            <Button kind="quiet" icon={paused ? 'play' : 'pause'} onClick={() => setPaused(paused ? null : log.lines)}>
              {paused
                ? `Go on${log.lines.length > paused.length ? ` (${log.lines.length - paused.length} new)` : ''}`
                : 'Pause'}
            </Button>
            <Button
              kind="quiet"
              icon="down"
              aria-pressed={following}
              className={following ? 'log-on' : ''}
              onClick={() => setFollowing(!following)}
            >
              Follow
            </Button>
          </>
        )}
        <a
          className="icon-button"
          href={apiUrl('jobLog', { jobId })}
          download={`${jobId}.log.txt`}
          aria-label="Download the whole log"
          title="Download the whole log"
        >
          <Icon name="download" size={20} />
        </a>
      </div>
      <LogLines
        ref={list}
        rows={rows}
        search={search.trim()}
        following={following && paused === null}
        onLeaveEnd={() => setFollowing(false)}
        more={log.more && search === '' && paused === null}
        onOlder={() => void loadLogLines(jobId, 'older').catch(tellProblem)}
        empty={log.lines.length === 0 ? 'Nothing has been logged yet.' : 'No line fits.'}
      />
    </>
  )
}
