import { closeSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { imageTypes } from '../../contract/kinds.ts'
import { removeCaptures } from '../../proxy/capture/folders.ts'
import { type Beneath, openBeneath } from '../../util/beneath/beneath.ts'
import { isWithin } from '../../util/files/is-within.ts'
import { parseJson } from '../../util/parse-json.ts'
import { closeToOthers, inWordsOfFolder, isOpenToOthers, makeUsableFolder } from '../inputs/usable-folder.ts'
import { checksumsPath, summaryPath } from './checksums.ts'

/** Where things stand in a job folder, as paths inside it. The layout is a promise to users and scripts. */
export const jobFolders = { input: 'input', output: 'output', logs: 'logs' } as const

/** A job folder. What is in it is reached by `files` alone: the folder may have come from anybody. */
export interface JobFolder {
  /** As the user named it, absolute: for words. */
  dir: string
  files: Beneath
  /** What the user should know of who can read it; null where he alone can. */
  note: string | null
}

/**
 * Makes the folders of a job, for its owner alone; one that is there already is closed to others below `ours`, our own
 * folder, and elsewhere it is said. FOLDER_UNUSABLE when they cannot be written, JOB_PATH_UNSAFE when one of them is a link.
 */
export async function openJobFolder(dir: string, ours: string): Promise<JobFolder> {
  const root = resolve(dir)
  await makeUsableFolder(root, 0o700)
  const files = openBeneath(root)
  for (const folder of Object.values(jobFolders)) {
    await inWordsOfFolder(files.shown(folder), async () => {
      await files.makeFolder(folder, { durable: true })
      await files.assertWritable(folder)
    })
  }
  for (const folder of [jobFolders.output, jobFolders.logs]) refuseOddities(files, folder)
  return { dir: root, files, note: await noteOn(root, resolve(ours)) }
}

async function noteOn(root: string, ours: string): Promise<string | null> {
  const isClosed = isWithin(root, ours) ? await closeToOthers(root) : !(await isOpenToOthers(root))
  return isClosed ? null : `Others on this machine may look into ${root}: chmod 700 keeps its pictures and logs yours`
}

/** What a run writes into holds files and folders alone: a link there is told before anything is started. */
function refuseOddities(files: Beneath, folder: string): void {
  for (const { name, kind } of files.list(folder)) {
    const path = `${folder}/${name}`
    if (kind === 'folder') refuseOddities(files, path)
    else if (kind === 'other') closeSync(files.openSync(path, 'read'))
  }
}

const earlier = z.object({
  exported_files: z.record(z.string(), z.string()).catch({}),
  captured_uploads: z
    .array(z.object({ saved_path: z.string().nullable(), other_paths: z.array(z.string()) }))
    .catch([]),
})

/** The earlier summary while the files that it names are removed: a run that dies meanwhile leaves the list to the next. */
const setAsidePath = `${jobFolders.output}/.earlier-summary.json`

/** A summary is a few kilobytes for each target, and at most this long. */
export const maxSummaryBytes = 256 * 1024 * 1024
/** What a write that was killed leaves beside the file that it would have become. */
const halfWritten = /\.tmp-\d+-[0-9a-f]{8}$/

/**
 * A job that runs again starts without the results of its earlier run: a picture that is not of this run would be a wrong
 * one. What the earlier summary names is removed, if it stands in the output folder; of a run that was killed before it had a
 * summary, what bears a name that only a run gives: captures, and `outputStems`, the after pictures of this run's targets.
 * Answers in words with what was found.
 */
export async function removeEarlierResults({ files }: JobFolder, outputStems: readonly string[]): Promise<string[]> {
  const notes: string[] = []
  const named = await namedByEarlierSummary(files)
  // For good, and before the first of its pictures: no crash may leave a success without them.
  if ((await files.look(summaryPath)) !== null) await files.rename(summaryPath, setAsidePath)
  await files.remove(checksumsPath)
  await files.sync(jobFolders.output)
  for (const path of named) {
    if (path.startsWith(`${jobFolders.output}/`) && !path.split('/').includes('..')) await files.remove(path)
    else
      notes.push(`the earlier summary names ${JSON.stringify(path)}, which is no output of this job: it was left alone`)
  }
  await files.remove(setAsidePath)
  const killed = await removeCaptures(files)
  if (killed > 0) {
    notes.push(`an earlier run here was ended before it had a summary: ${killed} of its captured files were removed`)
  }
  const after = new Set(outputStems.flatMap((stem) => imageTypes.map((type) => `${stem}.${type}`)))
  for (const { name } of files.list(jobFolders.output)) {
    if (after.has(name) || halfWritten.test(name)) await files.remove(`${jobFolders.output}/${name}`)
  }
  return notes
}

async function namedByEarlierSummary(files: Beneath): Promise<Set<string>> {
  const named = new Set<string>()
  for (const path of [summaryPath, setAsidePath]) {
    if ((await files.look(path)) === null) continue
    const text = String(await files.read(path, maxSummaryBytes))
    const parsed = earlier.safeParse(parseJson(text))
    const { exported_files = {}, captured_uploads = [] } = parsed.success ? parsed.data : {}
    for (const file of Object.values(exported_files)) named.add(file)
    for (const { saved_path: file, other_paths: others } of captured_uploads) {
      for (const one of [file ?? '', ...others]) named.add(one)
    }
  }
  named.delete('')
  return named
}
