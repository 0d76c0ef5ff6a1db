import { closeSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { imageTypes } from '../../contract/kinds.ts'
import { removeCaptures } from '../../proxy/capture/folders.ts'
import { type Beneath, openBeneath } from '../../util/beneath/beneath.ts'
import { isWithin } from '../../util/files/is-within.ts'
import { parseJson } from '../../util/parse-json.ts'
import { hasErrorCode } from '../../util/unknown-error.ts'
import { closeToOthers, inWordsOfFolder, isOpenToOthers, makeUsableFolder } from '../inputs/usable-folder.ts'
import { checksumsPath, summaryPath } from './checksums.ts'

/** Where things stand in a job folder, as paths inside it. The layout is a promise to users and scripts. */
export const jobFolders = { input: 'input', output: 'output', logs: 'logs' } as const

/** A job folder. Its contents are reached only through `files`, for the folder may come from anybody. */
export interface JobFolder {
  /** The absolute path that the user named; for messages. */
  dir: string
  files: Beneath
  /** Who else can read it, in words; null if only its owner can. */
  note: string | null
}

/**
 * Refuses a job folder that cannot be used, without making anything: JOB_PATH_UNSAFE if something in it is a link,
 * FOLDER_UNUSABLE if it cannot be written.
 */
export async function checkJobFolder(dir: string): Promise<void> {
  const root = resolve(dir)
  await inWordsOfFolder(root, async () => {
    const files = openIfThere(root)
    if (files === null) return
    await files.assertWritable('')
    for (const folder of Object.values(jobFolders)) {
      const info = await files.look(folder)
      if (info === null) continue
      await inWordsOfFolder(files.shown(folder), () => files.assertWritable(folder))
      if (folder !== jobFolders.input) refuseOddities(files, folder)
    }
  })
}

/** The job folder; null if there is none yet. */
export function openIfThere(dir: string): Beneath | null {
  try {
    return openBeneath(resolve(dir))
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null
    throw error
  }
}

/**
 * Makes the folders of a job, for their owner only. A job folder that exists is closed to other users if it is below
 * `ours`, our own data folder; anywhere else a note says that it is open. Throws FOLDER_UNUSABLE and JOB_PATH_UNSAFE.
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

/** A folder that a run writes into may hold files and folders, and nothing else. */
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

/** The earlier summary while its files are removed. If this run dies meanwhile, the next run reads it here. */
const setAsidePath = `${jobFolders.output}/.earlier-summary.json`

/** A summary is a few kilobytes for each target, and at most this long. */
export const maxSummaryBytes = 256 * 1024 * 1024
/** A write that was killed leaves such a file beside the one that it was going to replace. */
const halfWritten = /\.tmp-\d+-[0-9a-f]{8}$/

/**
 * Removes the results of an earlier run: a picture of another run would be wrong here. If the earlier run has a
 * summary, the files go that the summary names in the output folder. If the run was killed before its summary, the
 * files go that only a run makes: captures, and the after pictures of this run's targets (`outputStems`). Answers in
 * words.
 */
export async function removeEarlierResults({ files }: JobFolder, outputStems: readonly string[]): Promise<string[]> {
  const notes: string[] = []
  const named = await namedByEarlierSummary(files)
  // This comes before the first picture goes: no crash may leave a summary of success without its pictures.
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
