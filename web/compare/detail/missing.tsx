import type { JobDetail, StudioTarget } from '../../../src/contract/api/api.ts'
import { useIsAway } from '../../core/online.ts'
import { jobPath } from '../../core/route.ts'
import { Ring } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Link } from '../../ui/link.tsx'
import { JobThumb } from '../../ui/picture/thumb.tsx'
import { beforeAlt } from '../words.ts'
import { missingWords } from './missing-words.ts'
import './missing.css'

/** Says why there is no after picture: one sentence, and the lines of Kometa's log behind it. */
export function Missing({ job, target, over }: { job: JobDetail; target: StudioTarget; over: boolean }) {
  const { before, logLines, notes } = target
  const away = useIsAway()
  const inLog = logLines.length > 0 ? `log=error&item=${encodeURIComponent(target.id)}` : 'log=open'
  const { headline, detail, tone, icon } = missingWords(target.outcome, target.reason)
  return (
    <div className="missing">
      <div className="missing-before">
        <JobThumb jobId={job.id} image={before} width={320} alt={beforeAlt(target)} none="Plex has no picture of it" />
        <p className="muted">Before</p>
      </div>
      <div className="missing-words">
        {over ? (
          <>
            <h2 className={`missing-${tone}`}>
              <Icon name={icon} size={20} />
              {headline}
            </h2>
            {detail && (
              <p className="missing-detail" dir="auto">
                {detail}
              </p>
            )}
            {notes.map((words) => (
              <p key={words}>{words}</p>
            ))}
            {logLines.length > 0 && (
              <figure className="missing-log">
                <figcaption className="muted">From Kometa’s log</figcaption>
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
                <pre tabIndex={0}>{logLines.join('\n')}</pre>
              </figure>
            )}
            <p className="missing-links">
              <Link className="button button-plain" href={`${jobPath('run', job.id)}?${inLog}`}>
                <Icon name="log" />
                Show it in the log
              </Link>
            </p>
          </>
        ) : (
          <h2>
            {away ? <Icon name="clock" size={20} /> : <Ring size={20} />}
            {away
              ? 'Not drawn when the studio last answered.'
              : 'Not drawn yet. The picture appears here as soon as Kometa uploads it.'}
          </h2>
        )}
      </div>
    </div>
  )
}
