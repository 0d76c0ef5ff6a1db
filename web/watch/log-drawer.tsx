import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { JobDetail, StudioLogLine } from '../../src/contract/api/api.ts'
import { type JobLog, jobLog, loadLogLines } from '../core/jobs/job-log.ts'
import { faultsWords } from '../core/jobs/job-words.ts'
import { setQuery } from '../core/router.ts'
import { useStore } from '../core/store.ts'
import { tellProblem } from '../ui/announce.tsx'
import { Badge } from '../ui/badge.tsx'
import { Icon } from '../ui/icon.tsx'
import { isError, type Level, levels, rankOf } from './log-levels.ts'
import { LogLines, type LogLinesHandle } from './log-lines.tsx'
import { type LogRow, rowsOf } from './log-rows.ts'
import { LogTools } from './log-tools.tsx'
import { tellingLine } from './telling-line.ts'
import './log-drawer.css'

/**
 * The log at the foot of the Run screen. It starts closed, and the address opens it: `log=open`, `log=error`,
 * `log=<number of a line>`, or `log=error&item=<target>` for Kometa's words about one item.
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
  const [level, setLevel] = useState<Level>('info')
  const [search, setSearch] = useState('')
  /** The lines that stay on the screen while the log is paused. */
  const [paused, setPaused] = useState<readonly StudioLogLine[] | null>(null)
  const [following, setFollowing] = useState(start === 'open')
  const list = useRef<LogLinesHandle>(null)

  const rows = useRows(paused ?? log.lines, level, search)
  const errors = useMemo(() => rows.flatMap(({ line, first }, i) => (first && isError(line) ? [i] : [])), [rows])
  const show = useCallback((index: number) => {
    setFollowing(false)
    list.current?.show(index)
  }, [])
  useAddressedLine({ job, log, start, item }, rows, show)

  const jump = (by: 1 | -1) => {
    const now = list.current?.current() ?? -1
    const next =
      by === 1 ? (errors.find((i) => i > now) ?? errors[0]) : (errors.findLast((i) => i < now) ?? errors.at(-1))
    if (next !== undefined) show(next)
  }

  return (
    <>
      <LogTools
        job={job}
        level={level}
        onLevel={setLevel}
        search={search}
        onSearch={setSearch}
        errors={errors.length}
        onJump={jump}
        paused={paused !== null}
        unseen={paused === null ? 0 : log.lines.length - paused.length}
        onPause={() => setPaused(paused ? null : log.lines)}
        following={following}
        onFollow={() => setFollowing(!following)}
      />
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

/** The rows of the lines that have at least this level and contain the words. */
function useRows(lines: readonly StudioLogLine[], level: Level, search: string): LogRow[] {
  return useMemo(() => {
    const least = levels.indexOf(level)
    const words = search.trim().toLowerCase()
    return lines
      .filter((line) => rankOf(line.level) >= least && (words === '' || line.text.toLowerCase().includes(words)))
      .flatMap(rowsOf)
  }, [lines, level, search])
}

/** Shows the line that the address names, as soon as that line is loaded. It may be older than the loaded lines. */
function useAddressedLine(
  { job, log, start, item }: OpenLogProps,
  rows: readonly LogRow[],
  show: (index: number) => void,
): void {
  const reached = useRef<string | null>(null)
  useEffect(() => {
    const wanted = `${start} ${item}`
    if (start === 'open' || reached.current === wanted || rows.length === 0) return
    const n = start === 'error' ? tellingLine(log.lines, job, item)?.n : Number(start)
    const index = rows.findIndex(({ line }) => line.n === n)
    if (index < 0) {
      if (log.more) void loadLogLines(job.id, 'older').catch(tellProblem)
      return
    }
    reached.current = wanted
    show(index)
  }, [start, item, rows, log.lines, log.more, job, show])
}
