import type { LeftOut } from '../../src/contract/api/api.ts'
import { count } from '../core/format.ts'
import { Icon } from '../ui/icon.tsx'
import './left-out-list.css'

/** Lists what a preview leaves out or does differently, and why. */
export function LeftOutList({ leftOut, onGoTo }: { leftOut: readonly LeftOut[]; onGoTo: (line: number) => void }) {
  if (leftOut.length === 0) return null
  return (
    <details className="fold">
      <summary>
        <Icon name="right" size={14} />
        <h2 className="fold-title">Left out of a preview</h2>
        <span className="muted">{count(leftOut.length, 'setting')}</span>
      </summary>
      <ul className="fold-body left-out">
        {leftOut.map(({ path, why, line }) => (
          <li key={`${path} ${why}`}>
            {line === null ? (
              <code>{path}</code>
            ) : (
              <button type="button" className="left-out-path" onClick={() => onGoTo(line)} title={`Line ${line}`}>
                <code>{path}</code>
              </button>
            )}
            <p className="muted">{why}</p>
          </li>
        ))}
      </ul>
    </details>
  )
}
