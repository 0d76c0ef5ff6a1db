import { classifyRead } from '../../policy/classify-read.ts'
import { type ReadAhead, readTemplates } from '../../policy/known-reads/read-templates.ts'
import { recognizeRead } from '../../policy/recognize-read.ts'
import { metaResource } from '../../policy/section-meta.ts'
import { readForKometa } from '../answer/read-for-kometa.ts'
import type { ReadHandler } from '../answer/read-handler.ts'
import type { ForwardedRead } from '../ledger/proxy-recorder.ts'

/** An item that Kometa will certainly read. `PlexItem` has this shape. */
export interface PrefetchItem {
  ratingKey: string
  type: string
  thumb: string | null
  labels: readonly string[]
  sectionId: string | null
}

export interface PrefetchOptions {
  targets: readonly PrefetchItem[]
  ancestors: readonly PrefetchItem[]
  /** The read handler that remembers answers, so that prefetched reads are ready when Kometa asks for them. */
  handler: ReadHandler
  signal?: AbortSignal
  /** Called for each read that Plex answered. */
  recorded?(read: Pick<ForwardedRead, 'target' | 'template' | 'status' | 'bytes' | 'closeDelimited'>): void
}

/** How many reads run in parallel: few enough that Kometa's own reads do not wait. */
const maxAtOnce = 4

/** Paths of one kind that Kometa certainly reads (plexapi server.py:109, 171, 181; Kometa plex.py:742, 801). */
const pathsAhead = (ahead: ReadAhead, key = ''): string[] =>
  readTemplates
    .filter((row) => row.ahead === ahead)
    .map(({ path }) =>
      path
        .split('/')
        .map((segment) => (segment.startsWith('{') ? key : segment))
        .join('/'),
    )

/**
 * Reads, while Kometa is still starting, what it will certainly read: the server, each section's settings and fields,
 * the metadata of each target and its ancestors, and the picture that Kometa draws on (for an item with overlays, the
 * list of posters). Never rejects: if a read fails here, Kometa's own read fails and is recorded. Resolves with the
 * number of reads.
 */
export async function prefetch(options: PrefetchOptions): Promise<number> {
  const { targets, ancestors, signal } = options
  const sections = [...new Set(targets.flatMap(({ sectionId }) => sectionId ?? []))]
  const items = [...targets.flatMap(readsOf), ...ancestors.flatMap(readsOfAncestor)]
  const paths = [...new Set([...pathsAhead('server'), ...sections.flatMap(readsOfSection), ...items])]
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < paths.length && !signal?.aborted; index = next++)
      await readOnce(options, paths[index] ?? '')
  }
  await Promise.all(Array.from({ length: maxAtOnce }, work))
  return paths.length
}

/** Both plexapi's searches and our own allow-list need the Meta. */
const readsOfSection = (section: string): string[] => [...pathsAhead('section', section), metaResource(section)]

function readsOf({ ratingKey, thumb, labels }: PrefetchItem): string[] {
  const metadata = pathsAhead('item', ratingKey)
  // Kometa overlays.py:90-219: an item with the label is drawn from its backup or the first clean poster, others from
  // the thumb.
  if (labels.some((label) => label.toLowerCase() === 'overlay')) {
    return [...metadata, ...pathsAhead('labelled item', ratingKey)]
  }
  return thumb !== null && recognizeRead(thumb)?.row.answer === 'picture' ? [...metadata, thumb] : metadata
}

/** plexapi's `season.show()` and `episode.show()`. A season or album is read only if it is a target itself. */
function readsOfAncestor({ ratingKey, type }: PrefetchItem): string[] {
  const hasParts = type === 'show' || type === 'artist'
  return hasParts ? pathsAhead('item', ratingKey).map((path) => `${path}?includeGuids=1`) : []
}

async function readOnce({ handler, recorded }: PrefetchOptions, pathAndQuery: string): Promise<void> {
  const context = { section: () => undefined, listedArtwork: () => false }
  const read = classifyRead({ method: 'GET', rawResource: pathAndQuery, context })
  if (!read.ok) return
  const end = await readForKometa(handler, read).catch(() => null)
  if (end === null || end.fromHere) return
  const { status, bytes, closeDelimited } = end
  recorded?.({ target: read.resource, template: read.template, status, bytes, closeDelimited })
}
