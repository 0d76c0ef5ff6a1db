import type { ConfigCheck, ConnectedLibrary, OverlayFile } from '../../src/contract/api/api.ts'
import { count } from '../core/format.ts'
import { Badge } from '../ui/badge.tsx'
import { Icon } from '../ui/icon.tsx'
import { StateWord } from './state-word.tsx'
import './library-list.css'

/** Lists the libraries of the config, each with its overlay files. */
export function LibraryList({ libraries, isRead }: Pick<ConfigCheck, 'libraries' | 'isRead'>) {
  return (
    <section className="libraries" aria-label="Libraries">
      <h2>Libraries {isRead && <span className="muted">{libraries.length}</span>}</h2>
      {!isRead && <p className="muted">They appear when the config can be read.</p>}
      {isRead && libraries.length === 0 && <p className="muted">The config names no library.</p>}
      {libraries.map((library) => (
        <Library key={`${library.server} ${library.mappingName}`} library={library} />
      ))}
    </section>
  )
}

function Library({ library }: { library: ConnectedLibrary }) {
  const { mappingName, title, problem, overlayFiles, removeOverlays } = library
  const bad = overlayFiles.some(({ state, warnings }) => state === 'missing' || warnings.length > 0)
  return (
    <details className="fold" open={bad || problem !== null || overlayFiles.length <= 4}>
      <summary>
        <Icon name="right" size={14} />
        <h3 className="fold-title one-line" dir="auto">
          {mappingName}
          {title && title !== mappingName && <span className="muted"> · {title} in Plex</span>}
        </h3>
        {removeOverlays && <Badge tone="warn">removes overlays</Badge>}
        <span className="muted">{count(overlayFiles.length, 'overlay file')}</span>
      </summary>
      <div className="fold-body">
        {problem && <p className="library-problem">{problem}</p>}
        <ul className="overlay-files">
          {overlayFiles.map((file, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: one file may stand in the list twice.
            <OverlayFileLine key={`${i} ${file.value}`} file={file} library={mappingName} />
          ))}
        </ul>
      </div>
    </details>
  )
}

const stateTone = { found: 'good', missing: 'bad', fetched: 'plain', unknown: 'plain' } as const
const stateWords = { found: 'found', missing: 'not found', fetched: 'from the web', unknown: 'not looked up' } as const

function OverlayFileLine({ file, library }: { file: OverlayFile; library: string }) {
  // The line above a warning already names its file.
  const place = `"${library}": ${file.form === 'path' ? '' : `${file.form}: `}${file.value}: `
  return (
    <li>
      <div className="overlay-file">
        <span className="overlay-form muted">{file.form}</span>
        <code className="overlay-value" dir="auto">
          {file.value}
        </code>
        <StateWord tone={stateTone[file.state]} words={stateWords[file.state]} />
      </div>
      {file.warnings.map((warning) => (
        <p key={warning} className="overlay-warning">
          <Icon name="warning" size={14} />
          {warning.startsWith(place) ? warning.slice(place.length) : warning}
        </p>
      ))}
    </li>
  )
}
