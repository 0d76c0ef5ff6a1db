import { useCallback, useEffect, useRef, useState } from 'react'
import type { JobDetail, StudioTarget } from '../../src/contract/api/api.ts'
import { apiUrl } from '../core/api.ts'
import { isOver, outcomeTone, outcomeWords } from '../core/jobs/job-words.ts'
import { useKeys } from '../core/keys.ts'
import { navigate, setQuery, useLocation } from '../core/router.ts'
import { announce } from '../ui/announce.tsx'
import { Badge } from '../ui/badge.tsx'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'
import { useNarrow } from '../ui/use-narrow.ts'
import { CompareAction } from './compare-action.tsx'
import { pathTo } from './compare-grid.tsx'
import { Facts } from './facts.tsx'
import { Filmstrip } from './filmstrip.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { Missing } from './missing.tsx'
import { ModeBar } from './mode-bar.tsx'
import { type Mode, modes } from './modes.ts'
import { Stage } from './stage/stage.tsx'
import { usePreload } from './use-preload.ts'
import './target-detail.css'

/** One pair of pictures, and all ways to look at it. */
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
  /** Flipped by Space: which of the two Blink shows. */
  const [flips, setFlips] = useState(0)
  const root = useRef<HTMLDivElement>(null)
  const index = targets.indexOf(target)
  const { before, after, title } = target
  usePreload(job.id, targets, index)

  const go = useCallback(
    (by: number) => {
      const next = targets[index + by]
      if (next) navigate(pathTo(job.id, next.id), { replace: true })
    },
    [targets, index, job.id],
  )
  useEffect(() => announce(`${title}, ${index + 1} of ${targets.length}`), [title, index, targets.length])

  const setMode = (next: Mode) => setQuery({ mode: next === 'slider' ? null : next }, { replace: true })
  const setZoomed = (next: boolean) => setQuery({ zoom: next ? '100' : null }, { replace: true })
  const fullScreen = () => {
    if (document.fullscreenElement) void document.exitFullscreen()
    else void root.current?.requestFullscreen()
  }
  const download = () => root.current?.querySelector<HTMLAnchorElement>('a.download')?.click()
  const back = () => setQuery({ target: null, mode: null, zoom: null })
  const modeKeys = Object.fromEntries(modes.map(({ name }, i) => [String(i + 1), () => setMode(name)]))
  useKeys({
    ...modeKeys,
    ArrowLeft: () => go(-1),
    ArrowRight: () => go(1),
    ' ': () => {
      if (mode !== 'blink') setMode('blink')
      setFlips((n) => n + 1)
    },
    z: () => setZoomed(!zoomed),
    f: fullScreen,
    d: download,
    '?': () => setHelp(true),
    Escape: back,
  })

  const narrow = useNarrow()
  const picture = after ?? before
  return (
    <div ref={root} className="detail">
      <header className="detail-head">
        <Link className="icon-button" href={backPath(path, query)} aria-label="All results" title="All results (Esc)">
          <Icon name="grid" size={20} />
        </Link>
        <IconButton icon="left" label="Previous" shortcut="←" keepFocus disabled={index <= 0} onClick={() => go(-1)} />
        <h1 className="detail-title one-line" dir="auto" title={title}>
          {title}
        </h1>
        <IconButton
          icon="right"
          label="Next"
          shortcut="→"
          keepFocus
          disabled={index >= targets.length - 1}
          onClick={() => go(1)}
        />
        <span className="detail-place muted">
          {index + 1} / {targets.length}
        </span>
        {(target.outcome !== 'pending' || after === null) && (
          <Badge tone={outcomeTone[target.outcome]}>{outcomeWords[target.outcome]}</Badge>
        )}
        <span className="detail-space" />
        <ModeBar mode={mode} onMode={setMode} disabled={!before || !after} />
        <button
          type="button"
          className="icon-button detail-zoom"
          aria-pressed={zoomed}
          title="100 % (Z)"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => setZoomed(!zoomed)}
          disabled={!picture}
        >
          100 %
        </button>
        <IconButton
          icon="expand"
          label="Full screen"
          shortcut="F"
          keepFocus
          className="detail-full"
          onClick={fullScreen}
        />
        {after && (
          <a
            className="icon-button download"
            href={apiUrl(
              'jobImage',
              { jobId: job.id, sha256: after.sha256 },
              { name: `${target.id}_after.${after.type}` },
            )}
            download={`${target.id}_after.${after.type}`}
            aria-label="Download the after picture"
            title="Download the after picture (D)"
          >
            <Icon name="download" size={20} />
          </a>
        )}
        <IconButton
          icon="keyboard"
          label="Keys"
          shortcut="?"
          keepFocus
          className="detail-keys"
          onClick={() => setHelp(true)}
        />
      </header>
      {/* On a phone it scrolls, and may have nothing in it that Tab reaches. */}
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
