import type { Picture } from '../../contract/summary.ts'
import { inTurns } from '../../util/in-turns.ts'
import type { CheckedInput } from '../inputs/check-input.ts'
import type { JobFolder } from '../job-folder/job-folder.ts'
import type { ChosenTarget } from '../targets/choose-targets.ts'
import { fetchBeforePicture, shownPicture } from './before-picture.ts'
import { describePicture, hasOverlayMark } from './picture.ts'

/** Pictures under way at once: most of the time each of them waits for Plex or for the disk. */
const parallelPictures = 4

/** What a target looked like before the job. */
export interface Before {
  picture: Picture
  /** The picture that Plex showed; null if the before picture is an input file of the user's. */
  shown: ShownBefore | null
}

export interface ShownBefore {
  /** Its path in Plex. */
  path: string
  sha256: string
  /** It bears Kometa's mark, so it has overlays already. */
  hasMark: boolean
}

/** The before pictures of a job: those that have been fetched so far. */
export interface BeforePictures {
  /** Puts each target's before picture into the job's input folder. Rejects if the job is cancelled. */
  fetch(): Promise<void>
  of(targetId: string): Before | undefined
  /** What could not be had, in words. */
  notes(): string[]
}

export function createBeforePictures({ request, servers, chosen }: CheckedInput, folder: JobFolder): BeforePictures {
  const { signal, onEvent } = request
  const { targets } = chosen
  const found = new Map<string, Before>()
  const notes = new Map<string, string[]>()

  async function fetchOne(target: ChosenTarget): Promise<void> {
    const server = servers.servers.find(({ index }) => index === target.serverIndex) ?? servers.servers[0]
    if (!server) throw new Error('a job has at least one server')
    const { id, item, input, title } = target
    const taken = await fetchBeforePicture({ files: folder.files, id, item, input }, { reader: server.reader, signal })
    const words = [...(taken.note === null ? [] : [taken.note])]
    if (taken.file === null) words.push(`no before picture: ${taken.reason}`)
    else {
      const picture = await describePicture(folder.files, taken)
      const source = taken.source === 'input' ? null : shownPicture(item)
      const hasMark = source !== null && (await hasOverlayMark(folder.files, taken.file))
      found.set(id, { picture, shown: source && { path: source.path, sha256: taken.sha256, hasMark } })
      onEvent({ type: 'before', targetId: id, picture })
    }
    notes.set(
      id,
      words.map((text) => `${title}: ${text}`),
    )
  }

  return {
    async fetch() {
      let done = 0
      const tell = (title: string) => onEvent({ type: 'progress', phase: 'before', done, total: targets.length, title })
      await inTurns(targets, parallelPictures, async (target) => {
        tell(target.title)
        await fetchOne(target)
        done += 1
        tell(target.title)
      })
    },
    of: (targetId) => found.get(targetId),
    notes: () => targets.flatMap(({ id }) => notes.get(id) ?? []),
  }
}
