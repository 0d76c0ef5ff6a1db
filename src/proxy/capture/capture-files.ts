import { sniffImage } from '../../images/sniff.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { type CaptureFolder, captureFolders, createFolderSync, createTemporaryNames, namesIn } from './folders.ts'
import { createCaptureNames } from './names.ts'
import type { KeptFile } from './sort-body.ts'
import { createTemporaryFile, type TemporaryFile } from './temporary-file.ts'
import type { UploadDescription } from './types.ts'

/** The files of captures in a job folder: temporary until they are whole, then under their final names. */
export interface CaptureFiles {
  /** Makes the folders, once. */
  prepare(): Promise<void>
  /** After a failure: the folders may be gone, so that the next upload looks again. */
  forgetFolders(): void
  open(folder: CaptureFolder): Promise<TemporaryFile>
  /** Gives every file its final name, durably; on a failure none of them stays. Returns paths relative to the job. */
  moveAll(upload: UploadDescription, files: readonly KeptFile[]): Promise<string[]>
}

export function createCaptureFiles(job: Beneath, now: () => number): CaptureFiles {
  const syncOf = {
    images: createFolderSync(job, captureFolders.images),
    others: createFolderSync(job, captureFolders.others),
  }
  const names = createCaptureNames(now)
  const temporaryName = createTemporaryNames()
  let prepared: Promise<void> | undefined

  async function makeFolders(): Promise<void> {
    for (const folder of Object.values(captureFolders)) {
      await job.makeFolder(folder, { durable: true })
      for (const name of namesIn(job, folder)) names.taken(name)
    }
  }

  return {
    prepare() {
      prepared ??= makeFolders().catch((error: unknown) => {
        // A disk that was full may have room later.
        prepared = undefined
        throw error
      })
      return prepared
    },
    forgetFolders() {
      prepared = undefined
    },
    open: (folder) => createTemporaryFile(job, `${captureFolders[folder]}/${temporaryName()}`),
    async moveAll(upload, files) {
      const moved: string[] = []
      try {
        for (const { file, folder, type } of files) {
          const path = `${captureFolders[folder]}/${names.claim(upload)}.${type ?? 'bin'}`
          moved.push(path)
          await file.moveTo(path)
        }
        await Promise.all([...new Set(files.map(({ folder }) => folder))].map((folder) => syncOf[folder]()))
        return moved
      } catch (error) {
        for (const path of moved) await job.remove(path)
        throw error
      }
    },
  }
}

/** Where a body belongs by its first bytes, until it is known what it holds. */
export const folderFor = (head: Buffer): CaptureFolder => (sniffImage(head) === null ? 'others' : 'images')
