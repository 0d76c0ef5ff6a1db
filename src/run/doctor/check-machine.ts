import { randomUUID } from 'node:crypto'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { apiPaths } from '../../contract/api/api-paths.ts'
import { defaultProxyPort } from '../../proxy/server.ts'
import { errorCodeOf } from '../../util/unknown-error.ts'
import { neededBytes } from '../inputs/disk-space.ts'
import type { Findings } from './findings.ts'

/** With less free space than this, a job of many targets may not fit. */
const lowDiskBytes = 1024 ** 3
/** How long the program at the studio's port may take to answer. */
const studioTimeoutMs = 2_000

/** Checks that our folders can be written and have room, and our ports. `studioPort` is null in the studio itself. */
export async function checkMachine(dataDir: string, studioPort: number | null, findings: Findings): Promise<void> {
  for (const [label, folder] of [
    ['Data folder', dataDir],
    ['Job folder', join(dataDir, 'jobs')],
  ] as const) {
    const why = await whyNotWritable(folder)
    if (why === null) findings.add('folder', label, 'ok', `${folder} can be written`)
    else findings.add('folder', label, 'problem', `${folder} cannot be written: ${why}`, folderFix)
  }
  await checkDisk(dataDir, findings)
  const proxyPort = (await isFree(defaultProxyPort)) ? 'is free' : 'is taken: another is used'
  findings.add('port', 'Port of the proxy', 'ok', `${defaultProxyPort} ${proxyPort}`)
  if (studioPort !== null) await checkStudioPort(studioPort, findings)
}

const folderFix = 'Give this user the right to write there, or name another folder with --data.'

/** Finds out by writing a file, so that missing rights, a read-only mount and a full disk all show. */
async function whyNotWritable(folder: string): Promise<string | null> {
  try {
    await mkdir(folder, { recursive: true })
    const file = join(folder, `.doctor-${randomUUID()}`)
    await writeFile(file, 'x', { flag: 'wx' })
    await rm(file)
    return null
  } catch (error) {
    return errorCodeOf(error) || String(error)
  }
}

async function checkDisk(dataDir: string, { add }: Findings): Promise<void> {
  const space = await statfs(dataDir, { bigint: true }).catch(() => null)
  // Some network folders do not tell.
  if (space === null || space.blocks === 0n) return add('disk', 'Disk', 'skipped', `${dataDir} does not tell its size`)
  const free = Number(space.bavail * space.bsize)
  const text = `${(free / 1024 ** 3).toFixed(1)} GB free in ${dataDir}`
  const fix = 'Make room, or name another folder with --data.'
  if (free > lowDiskBytes) add('disk', 'Disk', 'ok', text)
  else if (free >= neededBytes(1)) add('disk', 'Disk', 'warning', `${text}: not enough for many targets`, fix)
  else add('disk', 'Disk', 'problem', `${text}: not enough for one target`, fix)
}

async function checkStudioPort(port: number, { add }: Findings): Promise<void> {
  const label = 'Port of the studio'
  if (await isFree(port)) add('port', label, 'ok', `${port} is free`)
  else if (await isStudio(port)) add('port', label, 'ok', `${port} is where a studio of ours runs`)
  else {
    const fix = 'Only serve and demo need it: end what listens there, or name another with --port.'
    add('port', label, 'warning', `${port} is taken by another program`, fix)
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

async function isStudio(port: number): Promise<boolean> {
  try {
    const url = `http://127.0.0.1:${port}${apiPaths.health[1]}`
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(studioTimeoutMs) })
    const isOurs = answer.ok && answer.headers.get('content-type')?.startsWith('application/json') === true
    await answer.body?.cancel()
    return isOurs
  } catch {
    return false
  }
}
