import type { ReactNode } from 'react'
import type { Safety } from '../../src/contract/api/api.ts'
import { bytes } from '../core/format.ts'
import { Icon } from '../ui/icon.tsx'
import './safety-records.css'

/** Shows the evidence of the checks, request by request. */
export function SafetyRecords({ safety }: { safety: Safety }) {
  const { blockedWrites, blockedCount, refusedReads, refusedCount, hosts, ways, verification, leftOut } = safety
  return (
    <section className="records" aria-label="Records">
      <Record title="Writes that were stopped" n={blockedCount} shown={blockedWrites.length}>
        <Table
          heads={['What', 'Request', 'Size']}
          rows={blockedWrites.map((write) => [
            <span key="words" dir="auto">
              {write.words}
            </span>,
            <code key="path">
              {write.method} {write.path}
            </code>,
            write.bytes > 0 ? bytes(write.bytes) : '–',
          ])}
        />
      </Record>
      <Record title="Reads that were refused or failed" n={refusedCount} shown={refusedReads.length}>
        <Table
          heads={['Request', 'Answer', 'Why']}
          rows={refusedReads.map((read) => [
            <code key="path">
              {read.method} {read.path}
            </code>,
            `${read.status}, ${read.outcome}`,
            read.reason,
          ])}
        />
      </Record>
      {hosts === null ? (
        <Record title="Other hosts" n={null} />
      ) : (
        <Record title="Other hosts" n={hosts.length} shown={hosts.length}>
          <Table
            heads={['Host', 'Reached', 'Requests', 'Bytes', 'Why']}
            rows={hosts.map(({ host, allowed, count, bytes: size, reason }) => [
              <code key="host">{host}</code>,
              allowed ? 'yes' : 'kept away',
              count,
              bytes(size),
              reason,
            ])}
          />
        </Record>
      )}
      {ways === null ? (
        <Record title="Ways that Kometa had" n={null} />
      ) : (
        <Record title="Ways that Kometa had" n={ways.length} shown={ways.length}>
          <Table heads={['Way', 'State']} rows={ways.map(({ closed, words }) => [words, closed ? 'closed' : 'open'])} />
        </Record>
      )}
      {verification === null ? (
        <Record title="Differences in Plex, before and after" n={null} />
      ) : (
        <Record
          title="Differences in Plex, before and after"
          n={verification.differences.length}
          shown={verification.differences.length}
        >
          <Lines lines={verification.differences} />
        </Record>
      )}
      <Record title="Left out of the config, or changed in it" n={leftOut.length} shown={leftOut.length}>
        <Lines lines={leftOut} />
      </Record>
    </section>
  )
}

/** `n` is null when this job did not record it. */
function Record({
  title,
  n,
  shown = 0,
  children,
}: {
  title: string
  n: number | null
  shown?: number
  children?: ReactNode
}) {
  if (n === null || n === 0) {
    return (
      <div className="record-none">
        <h3>{title}</h3>
        <span className="muted">{n === null ? 'not recorded' : 'none'}</span>
      </div>
    )
  }
  return (
    <details className="fold">
      <summary>
        <Icon name="right" size={14} />
        <h3 className="fold-title">{title}</h3>
        <span className="muted">{n.toLocaleString('en')}</span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/useSemanticElements: a scrolling part of a page is no section of its own. */}
      <div className="record-body" tabIndex={0} role="group" aria-label={title}>
        {children}
        {shown < n && (
          <p className="muted">The first {shown.toLocaleString('en')} of them. All stand in the job’s folder.</p>
        )}
      </div>
    </details>
  )
}

function Table({ heads, rows }: { heads: readonly string[]; rows: readonly (readonly ReactNode[])[] }) {
  return (
    <table className="record-table">
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: records have no name, and never change their order.
          <tr key={row}>
            {cells.map((cell, column) => (
              <td key={heads[column]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul className="record-lines">
      {lines.map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two lines may say the same.
        <li key={`${i} ${line}`}>{line}</li>
      ))}
    </ul>
  )
}
