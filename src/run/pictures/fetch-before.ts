import type { JobEvent } from '../../contract/events.ts'
import { inTurns } from '../../util/in-turns.ts'
import type { JobServers } from '../inputs/connect-servers.ts'
import type { JobFolder } from '../job-folder/job-folder.ts'
import type { ChosenTarget } from '../targets/choose-targets.ts'
import { fetchBeforePicture, shownPicture } from './before-picture.ts'
import { describePicture, hasOverlayMark } from './picture.ts'

/** Pictures under way at once: most of one is waiting for Plex and for the disk. */
const parallelPictures = 4

/** Puts the before picture of every target into the job's input folder; answers with what could not be had, in words. */
export async function fetchBeforePictures(
  targets: readonly ChosenTarget[],
  servers: JobServers,
  folder: JobFolder,
  { signal, onEvent }: { signal: AbortSignal; onEvent(event: JobEvent): void },
): Promise<string[]> {
  let done = 0
  const warnings = await inTurns(targets, parallelPictures, async (target) => {
    const notes: string[] = []
    onEvent({ type: 'progress', phase: 'before', done, total: targets.length, title: target.title })
    const server = servers.servers.find(({ index }) => index === target.serverIndex) ?? servers.servers[0]
    if (!server) throw new Error('a job has at least one server')
    const { id, item, input } = target
    const found = await fetchBeforePicture({ files: folder.files, id, item, input }, { reader: server.reader, signal })
    if (found.note !== null) notes.push(`${target.title}: ${found.note}`)
    if (found.file === null) notes.push(`${target.title}: no before picture: ${found.reason}`)
    else target.before = await describePicture(folder.files, found.file, found.type)
    const shown = found.file !== null && found.source !== 'input' ? shownPicture(item) : null
    if (shown && found.file !== null) {
      target.shown = { path: shown.path, sha256: found.sha256 }
      target.shownHasMark = await hasOverlayMark(folder.files, found.file)
    }
    done += 1
    onEvent({ type: 'progress', phase: 'before', done, total: targets.length, title: target.title })
    return notes
  })
  return warnings.flat()
}
