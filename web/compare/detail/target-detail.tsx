import { useCallback, useEffect, useRef, useState } from 'react'
import type { JobDetail, StudioTarget } from '../../../src/contract/api/api.ts'
import { isOver } from '../../core/jobs/job-words.ts'
import { useKeys } from '../../core/keys.ts'
import { navigate, setQuery, useLocation } from '../../core/router.ts'
import { announce } from '../../ui/announce.tsx'
import { useNarrow } from '../../ui/use-narrow.ts'
import { CompareAction } from '../compare-action.tsx'
import { pathTo } from '../compare-grid.tsx'
import { Stage } from '../stage/stage.tsx'
import { usePreload } from '../use-preload.ts'
import { type DetailActions, DetailHead } from './detail-head.tsx'
import { Facts } from './facts.tsx'
import { Filmstrip } from './filmstrip.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { Missing } from './missing.tsx'
import { type Mode, modes } from './modes.ts'
import './target-detail.css'

/** One pair of pictures in every mode. */
export function TargetDetail({
  job,
  target,
  targets,
}: {
  job: JobDetail
  target: StudioTarget
  targets: readonly StudioTarget[]
}) {
  const { query, path } = useLocation()
  const mode: Mode = modes.find(({ name }) => name === query.get('mode'))?.name ?? 'slider'
  const zoomed = query.get('zoom') === '100'
  const [help, setHelp] = useState(false)
  /** How often Space flipped the picture in Blink. */
  const [flips, setFlips] = useState(0)
  const root = useRef<HTMLDivElement>(null)
  const index = targets.indexOf(target)
  const { after, title } = target
  usePreload(job.id, targets, index)

  const go = useCallback(
    (by: number) => {
      const next = targets[index + by]
      if (next) navigate(pathTo(job.id, next.id), { replace: true })
    },
    [targets, index, job.id],
  )
  useEffect(() => announce(`${title}, ${index + 1} of ${targets.length}`), [title, index, targets.length])

  const actions: DetailActions = {
    go,
    setMode: (next) => setQuery({ mode: next === 'slider' ? null : next }, { replace: true }),
    toggleZoom: () => setQuery({ zoom: zoomed ? null : '100' }, { replace: true }),
    fullScreen: () => {
      if (document.fullscreenElement) void document.exitFullscreen()
      else void root.current?.requestFullscreen()
    },
    showHelp: () => setHelp(true),
  }
  useDetailKeys(actions, {
    flip: () => {
      if (mode !== 'blink') actions.setMode('blink')
      setFlips((n) => n + 1)
    },
    download: () => root.current?.querySelector<HTMLAnchorElement>('a.download')?.click(),
  })

  const narrow = useNarrow()
  return (
    <div ref={root} className="detail">
      <DetailHead
        job={job}
        target={target}
        index={index}
        count={targets.length}
        mode={mode}
        zoomed={zoomed}
        back={backPath(path, query)}
        actions={actions}
      />
      {/* On a phone this part scrolls, and may hold nothing that Tab reaches. */}
      <div className="detail-body" {...(narrow ? { tabIndex: 0 } : {})}>
        <div className="detail-stage">
          {after ? (
            <Stage key={target.id} jobId={job.id} target={target} mode={mode} zoomed={zoomed} flips={flips} />
          ) : (
            <Missing job={job} target={target} over={isOver(job.status)} />
          )}
        </div>
        <Facts job={job} target={target} />
      </div>
      <Filmstrip job={job} targets={targets} index={index} />
      {help && <HelpDialog onClose={() => setHelp(false)} />}
      <CompareAction job={job} />
    </div>
  )
}

function backPath(path: string, query: URLSearchParams): string {
  const kept = new URLSearchParams([...query].filter(([name]) => name === 'filter' || name === 'sort')).toString()
  return path + (kept && `?${kept}`)
}

function useDetailKeys(actions: DetailActions, { flip, download }: { flip: () => void; download: () => void }): void {
  const modeKeys = Object.fromEntries(modes.map(({ name }, i) => [String(i + 1), () => actions.setMode(name)]))
  useKeys({
    ...modeKeys,
    ArrowLeft: () => actions.go(-1),
    ArrowRight: () => actions.go(1),
    ' ': flip,
    z: actions.toggleZoom,
    f: actions.fullScreen,
    d: download,
    '?': actions.showHelp,
    Escape: () => setQuery({ target: null, mode: null, zoom: null }),
  })
}
