import { type Call, isOn, type Server } from '../call.ts'
import type { Entry, Section } from '../model/entry.ts'
import type { PlexNode } from '../nodes/node.ts'
import type { Reply } from '../nodes/reply.ts'

/** One page of entries with the counts that paging asks for. */
export function page(call: Call, entries: readonly Entry[], attrs: PlexNode['attrs'], view = viewOf(call)): Reply {
  if (call.paging === null) return { kind: 'items', attrs: { size: entries.length, ...attrs }, entries, view }
  const { start, size } = call.paging
  const shown = entries.slice(start, start + size)
  return {
    kind: 'items',
    attrs: { size: shown.length, totalSize: entries.length, offset: start, ...attrs },
    entries: shown,
    view,
  }
}

function viewOf(call: Call): { full: boolean; guids: boolean } {
  return { full: false, guids: isOn(call, 'includeGuids') }
}

export function section(server: Server, key: string | undefined): Section | null {
  return server.store.sections.get(Number(key)) ?? null
}
