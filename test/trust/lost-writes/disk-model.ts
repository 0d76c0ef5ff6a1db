import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type DiskCall, type DiskEvent, numberAt, stringsIn } from './trace-disk.ts'

export interface FileNode {
  kind: 'file'
  data: Buffer
  /** What an fsync has made safe; null before the first one. */
  synced: Buffer | null
}
export interface FolderNode {
  kind: 'folder'
  entries: Map<string, Node>
  synced: Map<string, Node>
}
interface OtherNode {
  kind: 'other'
}
export type Node = FileNode | FolderNode | OtherNode

/** What a folder on disk holds in memory, and what of it would survive a power cut. */
export interface DiskModel {
  readonly root: FolderNode
  /** True if the result of a power cut may now be different. */
  apply(event: DiskEvent): boolean
  /** The bytes of a file as a process reads them now; null if there is no file. */
  read(path: string): Buffer | null
}

interface Open {
  node: Node
  offset: number
  appends: boolean
}

/** `dir` is the folder's name in the calls, `root` its content before them. */
export function createDiskModel(dir: string, root: FolderNode): DiskModel {
  const opened = new Map<string, Open>()
  /** For an fsync that has begun, by thread: what it will have made safe. */
  const syncing = new Map<number, () => void>()

  const fd = ({ process, args }: DiskCall, at = 0) => opened.get(`${process} ${numberAt(args, at)}`)
  const find = (parts: readonly string[], from: Node = root): Node | undefined =>
    parts.reduce<Node | undefined>((node, part) => (node?.kind === 'folder' ? node.entries.get(part) : undefined), from)
  /** The folder that contains the last part of a path, and the name of that part. */
  const place = (call: DiskCall, path: string): { folder: FolderNode; name: string } | null => {
    const [, number, rest = ''] = /^\/proc\/self\/fd\/(\d+)\/(.*)$/.exec(path) ?? []
    const from = number === undefined ? root : opened.get(`${call.process} ${number}`)?.node
    const inside = number === undefined ? relative(dir, path) : rest
    if (from === undefined || inside.startsWith('..')) return null
    const parts = inside.split('/').filter((part) => part !== '' && part !== '.')
    const folder = find(parts.slice(0, -1), from)
    const name = parts.at(-1)
    return folder?.kind === 'folder' && name !== undefined ? { folder, name } : null
  }
  /** The node that a path opens, which may itself be a folder. */
  const lookUp = (call: DiskCall, path: string): Node | undefined => {
    const [, number] = /^\/proc\/self\/fd\/(\d+)\/?\.?$/.exec(path) ?? []
    if (number !== undefined) return opened.get(`${call.process} ${number}`)?.node
    if (path === dir) return root
    const at = place(call, path)
    return at?.folder.entries.get(at.name)
  }

  function open(call: DiskCall): boolean {
    const path = pathsOf(call)[0] ?? ''
    const flags = call.name === 'creat' ? 'O_CREAT|O_TRUNC' : call.args
    let node = lookUp(call, path)
    const at = place(call, path)
    const isNew = node === undefined && at !== null && flags.includes('O_CREAT')
    if (isNew) {
      node = { kind: 'file', data: Buffer.alloc(0), synced: null }
      at.folder.entries.set(at.name, node)
    }
    const key = `${call.process} ${call.result}`
    opened.delete(key)
    if (node === undefined) return false
    opened.set(key, { node, offset: 0, appends: flags.includes('O_APPEND') })
    if (node.kind !== 'file' || !flags.includes('O_TRUNC')) return isNew
    node.data = Buffer.alloc(0)
    return true
  }

  function write(file: Open | undefined, bytes: Buffer, at?: number): boolean {
    if (file?.node.kind !== 'file' || bytes.length === 0) return false
    const { node } = file
    const from = at ?? (file.appends ? node.data.length : file.offset)
    const before = Buffer.concat([node.data, Buffer.alloc(Math.max(0, from - node.data.length))])
    node.data = Buffer.concat([before.subarray(0, from), bytes, before.subarray(from + bytes.length)])
    if (at === undefined) file.offset = from + bytes.length
    return true
  }

  function copied(call: DiskCall): boolean {
    const [inAt, outAt] = call.name === 'copy_file_range' ? [0, 2] : [1, 0]
    const [from, to] = [fd(call, inAt)?.node, fd(call, outAt)]
    if (from?.kind !== 'file' || to === undefined) return false
    return write(to, from.data.subarray(to.offset, to.offset + call.result))
  }

  function name(call: DiskCall, act: (at: { folder: FolderNode; name: string }) => void): boolean {
    const at = place(call, pathsOf(call)[0] ?? '')
    if (at) act(at)
    return at !== null
  }

  function move(call: DiskCall): boolean {
    const [source, target] = pathsOf(call).map((path) => place(call, path))
    const node = source?.folder.entries.get(source.name)
    if (source && node && !call.name.startsWith('link')) source.folder.entries.delete(source.name)
    if (target && node) target.folder.entries.set(target.name, node)
    return node !== undefined
  }

  function sync({ node }: Open): () => void {
    if (node.kind === 'file') {
      const { data } = node
      return () => {
        node.synced = data
      }
    }
    if (node.kind !== 'folder') return () => undefined
    const entries = new Map(node.entries)
    return () => {
      node.synced = entries
    }
  }

  function begin(call: DiskCall): boolean {
    const file = fd(call)
    // Once the close has begun, another thread may get the same descriptor number.
    if (call.name === 'close') opened.delete(`${call.process} ${numberAt(call.args, 0)}`)
    // An fsync makes safe only what was there when it began.
    if (/^f(data)?sync$/.test(call.name) && file) syncing.set(call.thread, sync(file))
    return false
  }

  function end(call: DiskCall): boolean {
    const { args, result } = call
    const bytes = () => Buffer.concat(stringsIn(args)).subarray(0, result)
    if (result < 0) return false
    switch (call.name) {
      case 'open':
      case 'openat':
      case 'creat':
        return open(call)
      case 'write':
      case 'writev':
        return fd(call) !== undefined && write(fd(call), bytes())
      case 'pwrite64':
      case 'pwritev':
      case 'pwritev2':
        return fd(call) !== undefined && write(fd(call), bytes(), numberAt(args, call.name === 'pwritev2' ? -2 : -1))
      case 'copy_file_range':
      case 'sendfile':
        return copied(call)
      case 'ioctl': {
        const [from, to] = [fd(call, 2)?.node, fd(call)?.node]
        if (!/FICLONE|BTRFS_IOC_CLONE/.test(args) || from?.kind !== 'file' || to?.kind !== 'file') return false
        to.data = from.data
        return true
      }
      case 'fsync':
      case 'fdatasync': {
        const done = syncing.get(call.thread)
        syncing.delete(call.thread)
        done?.()
        return done !== undefined
      }
      case 'rename':
      case 'renameat':
      case 'renameat2':
      case 'link':
      case 'linkat':
        return move(call)
      case 'symlink':
      case 'symlinkat': {
        const at = place(call, pathsOf(call)[1] ?? '')
        at?.folder.entries.set(at.name, { kind: 'other' })
        return at !== null
      }
      case 'mkdir':
      case 'mkdirat':
        return name(call, (at) =>
          at.folder.entries.set(at.name, { kind: 'folder', entries: new Map(), synced: new Map() }),
        )
      case 'unlink':
      case 'unlinkat':
      case 'rmdir':
        return name(call, (at) => at.folder.entries.delete(at.name))
      case 'truncate':
      case 'ftruncate': {
        const node = call.name === 'truncate' ? lookUp(call, pathsOf(call)[0] ?? '') : fd(call)?.node
        if (node?.kind !== 'file') return false
        node.data = Buffer.concat([node.data, Buffer.alloc(numberAt(args, 1))]).subarray(0, numberAt(args, 1))
        return true
      }
      default:
        return false
    }
  }

  return {
    root,
    apply: ({ at, call }) => (at === 'start' ? begin(call) : end(call)),
    read(path) {
      const node = find(path.split('/'))
      return node?.kind === 'file' ? node.data : null
    },
  }
}

const pathsOf = ({ args }: DiskCall): string[] => stringsIn(args).map((text) => text.toString())

/** A folder on disk: everything in it counts as synced. */
export function loadFolder(dir: string): FolderNode {
  const entries = new Map<string, Node>()
  for (const name of readdirSync(dir)) {
    const path = join(dir, name)
    const info = lstatSync(path)
    if (info.isDirectory()) entries.set(name, loadFolder(path))
    else if (!info.isFile()) entries.set(name, { kind: 'other' })
    else {
      const data = readFileSync(path)
      entries.set(name, { kind: 'file', data, synced: data })
    }
  }
  return { kind: 'folder', entries, synced: new Map(entries) }
}
