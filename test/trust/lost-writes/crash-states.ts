import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createDiskModel, type FileNode, type FolderNode, loadFolder } from './disk-model.ts'
import type { DiskEvent } from './trace-disk.ts'

/** What a crash leaves of names and bytes that were not synced. */
interface Loss {
  words: string
  /** Whether a folder at this depth keeps its current names; otherwise it has those that were synced. */
  keepsNames(depth: number): boolean
  bytes(file: FileNode): Buffer
}

const always = () => true
const never = () => false
const none = Buffer.alloc(0)
const onlySynced = ({ synced }: FileNode): Buffer => synced ?? none
const half = ({ data, synced }: FileNode): Buffer => {
  const sure = synced?.length ?? 0
  return data.equals(synced ?? none) ? data : data.subarray(0, sure + Math.floor((data.length - sure) / 2))
}
const zeros = ({ data, synced }: FileNode): Buffer => {
  const sure = synced ?? none
  return Buffer.concat([sure, Buffer.alloc(Math.max(0, data.length - sure.length))])
}

const allKept: Loss = { words: 'all is kept', keepsNames: always, bytes: ({ data }) => data }

const losses: readonly Loss[] = [
  { words: 'all that was not synced is lost', keepsNames: never, bytes: onlySynced },
  { words: 'names are kept, bytes are lost', keepsNames: always, bytes: onlySynced },
  { words: 'every second folder keeps its names', keepsNames: (depth) => depth % 2 === 0, bytes: onlySynced },
  { words: 'every other folder keeps its names', keepsNames: (depth) => depth % 2 === 1, bytes: onlySynced },
  { words: 'names and lengths are kept, bytes are zeros', keepsNames: always, bytes: zeros },
  { words: 'names are kept, half of the bytes are', keepsNames: always, bytes: half },
  { words: 'bytes are kept, names are lost', keepsNames: never, bytes: ({ data }) => data },
  allKept,
]

/** A folder as a crash would leave it: path -> bytes, null for a folder. */
export type CrashState = ReadonlyMap<string, Buffer | null>

export interface Crash {
  /** Describes the crash for a failing test. */
  words: string
  state: CrashState
  /** What had been promised by then, as lines. */
  promised: string[]
}

/** A file at the top of the folder: whoever gets a promise writes a line into it. */
const promisesFile = 'promised'

/**
 * Each distinct state in which a crash at any moment could leave the folder that the events call `at`; `before` is its
 * content when they began. Throws when the events do not lead to the folder's present content, because then an event
 * was missed.
 */
export function* crashes(
  { at, before }: { at: string; before: string },
  events: readonly DiskEvent[],
  isWanted: (path: string) => boolean,
): Generator<Crash> {
  const model = createDiskModel(at, loadFolder(before))
  const seen = new Set<string>()
  for (const event of events) {
    if (!model.apply(event)) continue
    const promised = String(model.read(promisesFile) ?? '')
    for (const loss of losses) {
      const state = stateOf(model.root, loss, isWanted)
      // The same content is another case if more has been promised by then.
      const key = `${hashOf(state)} ${promised}`
      if (seen.has(key)) continue
      seen.add(key)
      yield {
        words: `after ${event.call.name} (state ${seen.size}): ${loss.words}`,
        state,
        promised: promised.split('\n').filter((line) => line !== ''),
      }
    }
  }
  const replayed = stateOf(model.root, allKept, isWanted)
  const found = stateOf(loadFolder(at), allKept, isWanted)
  const isOther = (path: string) => !(replayed.get(path) ?? none).equals(found.get(path) ?? none)
  const missed = [...new Set([...replayed.keys(), ...found.keys()])].filter(
    (path) => replayed.has(path) !== found.has(path) || isOther(path),
  )
  if (missed.length > 0) throw new Error(`the trace missed a call: ${missed.join(', ')}`)
}

function stateOf(root: FolderNode, loss: Loss, isWanted: (path: string) => boolean): CrashState {
  const state = new Map<string, Buffer | null>()
  const walk = (folder: FolderNode, at: string, depth: number) => {
    for (const [name, node] of loss.keepsNames(depth) ? folder.entries : folder.synced) {
      const path = at === '' ? name : `${at}/${name}`
      if (!isWanted(path)) continue
      if (node.kind === 'file') state.set(path, loss.bytes(node))
      else if (node.kind === 'folder') {
        state.set(path, null)
        walk(node, path, depth + 1)
      }
    }
  }
  walk(root, '', 0)
  return state
}

const hashes = new WeakMap<Buffer, string>()
function hashOf(state: CrashState): string {
  const all = createHash('sha256')
  for (const [path, bytes] of [...state].sort(([a], [b]) => (a < b ? -1 : 1))) {
    all.update(`${path}\0${bytes === null ? '' : hashOfBytes(bytes)}\0`)
  }
  return all.digest('hex')
}

function hashOfBytes(bytes: Buffer): string {
  const known = hashes.get(bytes)
  if (known !== undefined) return known
  const hash = createHash('sha256').update(bytes).digest('hex')
  hashes.set(bytes, hash)
  return hash
}

export function writeState(state: CrashState, dir: string): void {
  for (const [path, bytes] of state) {
    if (bytes === null) mkdirSync(join(dir, path), { recursive: true })
    else {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), bytes)
    }
  }
}
