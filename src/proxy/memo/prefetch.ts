import { classifyRead } from '../../policy/classify-read.ts'
import { type ReadAhead, readTemplates } from '../../policy/known-reads/read-templates.ts'
import { recognizeRead } from '../../policy/recognize-read.ts'
import { metaResource } from '../../policy/section-meta.ts'
import { readForKometa } from '../answer/read-for-kometa.ts'
import type { ReadHandler } from '../answer/read-handler.ts'
import type { ForwardedRead } from '../ledger/proxy-recorder.ts'

/** An item that Kometa is certain to read, as Plex holds it. `PlexItem` has this shape. */
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
  /** The way of reads with its memory: what is asked here is there when Kometa asks for it. */
  handler: ReadHandler
  signal?: AbortSignal
  /** Told of each read that was answered, from Plex or from memory. */
  recorded?(read: Pick<ForwardedRead, 'target' | 'template' | 'status' | 'bytes' | 'closeDelimited'>): void
}

/** Reads at a time, so that Kometa's own never wait behind them. */
const maxAtOnce = 4

/**
 * Paths of the table's rows that Kometa reads for certain, of one kind (plexapi server.py:109, 171, 181; Kometa
 * plex.py:742, 801).
 */
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
 * Reads, while Kometa is still starting, what it will read for sure: the server, each section's settings and fields,
 * each
 * target's metadata, its ancestors', and the picture that it draws on (of an item that wears overlays: the list of
 * posters). Never rejects: what fails here fails for Kometa too, and is
 * recorded then. Resolves with the number of reads.
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

/** The Meta is asked for by plexapi's searches, and by our own list of reads. */
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

/** plexapi's `season.show()` and `episode.show()`; a season or album of a target is read for itself alone. */
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
