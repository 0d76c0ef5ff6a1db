import { randomUUID } from 'node:crypto'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { defaultProxyPort } from '../../proxy/server.ts'
import type { Findings } from './findings.ts'

/** Below this a job of a few targets may not fit. */
const lowDiskBytes = 1024 ** 3

/** Our own folders can be written and have room; the ports that are asked for first. */
export async function checkMachine(dataDir: string, studioPort: number, findings: Findings): Promise<void> {
  for (const [label, folder] of [
    ['Data folder', dataDir],
    ['Job folder', join(dataDir, 'jobs')],
  ] as const) {
    const why = await whyNotWritable(folder)
    if (why === null) findings.add('folder', label, 'ok', `${folder} can be written`)
    else findings.add('folder', label, 'problem', `${folder} cannot be written: ${why}`, folderFix)
  }
  await checkDisk(dataDir, findings)
  await checkPort('Port of the proxy', defaultProxyPort, 'another is used', findings)
  await checkPort('Port of the studio', studioPort, 'name another with serve --port, if it is not our own', findings)
}

const folderFix = 'Give this user the right to write there, or name another folder with --data.'

/** By writing there: rights, a read-only mount and a full disk all show. */
async function whyNotWritable(folder: string): Promise<string | null> {
  try {
    await mkdir(folder, { recursive: true })
    const file = join(folder, `.doctor-${randomUUID()}`)
    await writeFile(file, 'x', { flag: 'wx' })
    await rm(file)
    return null
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

async function checkDisk(dataDir: string, { add }: Findings): Promise<void> {
  const space = await statfs(dataDir, { bigint: true }).catch(() => null)
  // Some network folders do not tell.
  if (space === null || space.blocks === 0n) return add('disk', 'Disk', 'skipped', `${dataDir} does not tell its size`)
  const free = Number(space.bavail * space.bsize)
  const text = `${(free / 1024 ** 3).toFixed(1)} GB free in ${dataDir}`
  if (free > lowDiskBytes) add('disk', 'Disk', 'ok', text)
  else add('disk', 'Disk', 'warning', text, 'Make room, or name another folder with --data.')
}

async function checkPort(label: string, port: number, taken: string, { add }: Findings): Promise<void> {
  const free = await isFree(port)
  add('port', label, 'ok', free ? `${port} is free` : `${port} is taken: ${taken}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
