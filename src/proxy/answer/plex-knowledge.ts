import { classifyRead, isPlexOwnUrl, type ReadContext } from '../../policy/classify-read.ts'
import { decodeValue } from '../../policy/resource.ts'
import { metaResource, parseSectionMeta, plainMeta, type SectionMeta } from '../../policy/section-meta.ts'
import { beginOwnRead } from '../ledger/own-read-record.ts'
import type { ProxyRecorder } from '../ledger/proxy-recorder.ts'
import type { ProxyLimits } from '../limits.ts'
import { readTextForKometa } from './read-for-kometa.ts'
import type { ReadHandler } from './read-handler.ts'

/** What one proxy has learnt from Plex in this job and judges reads by. */
export interface PlexKnowledge extends ReadContext {
  /** Asks Plex for a section's Meta, once; rejects when Plex does not answer, and may then be tried again. */
  learnSection(id: string): Promise<void>
  /** Remembers the artwork that an answer of N/posters, arts and so on lists (XML or JSON). */
  noteArtwork(answer: string): void
}

export interface PlexKnowledgeOptions {
  /** The handler of Kometa's own reads: Kometa asks for the same Meta. */
  reads: ReadHandler
  serverId: string
  recorder: ProxyRecorder
  limits: Pick<ProxyLimits, 'maxSections' | 'maxListedArtwork'>
}

export function createPlexKnowledge({ reads, serverId, recorder, limits }: PlexKnowledgeOptions): PlexKnowledge {
  const sections = new Map<string, SectionMeta>()
  const learning = new Map<string, Promise<void>>()
  const artwork = new Set<string>()

  async function askMeta(id: string): Promise<void> {
    const read = classifyRead({ method: 'GET', rawResource: metaResource(id), context: nothing })
    if (!read.ok) throw new Error(read.reason)
    const record = beginOwnRead(recorder, serverId, read)
    const { fromHere, text, ...answer } = await readTextForKometa(reads, read, maxMetaBytes)
    // A section that Plex does not have has no search fields; Kometa's read itself will get the 404.
    const { status } = answer
    if (status !== 200 && status !== 404)
      throw new Error(`Plex answered ${status} when asked for the fields of section ${id}`)
    const meta = status === 404 ? plainMeta : parseSectionMeta(text)
    keepNewest(sections, limits.maxSections)
    sections.set(id, meta)
    if (!fromHere) record(answer)
  }

  return {
    section: (id) => sections.get(id),
    listedArtwork: (ratingKey, url) => artwork.has(`${ratingKey} ${url}`),
    learnSection(id) {
      const running = learning.get(id)
      if (running) return running
      const asked = askMeta(id).finally(() => learning.delete(id))
      learning.set(id, asked)
      return asked
    },
    noteArtwork(answer) {
      for (const [, ratingKey, raw] of answer.matchAll(/\/library\/metadata\/(\d{1,18})\/file\?url=([^"'&<>\s\\]+)/g)) {
        const url = decodeValue(raw ?? '')
        if (url === null || isPlexOwnUrl(url)) continue
        keepNewest(artwork, limits.maxListedArtwork)
        artwork.add(`${ratingKey} ${url}`)
      }
    },
  }
}

const nothing: ReadContext = { section: () => undefined, listedArtwork: () => false }
/** Most bytes of a section's Meta: the limit of every read that this program makes itself. */
const maxMetaBytes = 16 * 1024 * 1024

/** Makes room for one more entry: the oldest one goes. */
function keepNewest(store: Map<string, unknown> | Set<string>, max: number): void {
  if (store.size < max) return
  const oldest = store.keys().next().value
  if (oldest !== undefined) store.delete(oldest)
}
