import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** One finished call of a process, as the kernel saw it. */
export interface DiskCall {
  /** The process; its threads share one number. */
  process: number
  thread: number
  name: string
  /** Its arguments as strace prints them, with every string in hex. */
  args: string
  result: number
}

/** `start`: the call began, and other calls may happen before its `end`. Only `fsync` needs both. */
export interface DiskEvent {
  at: 'start' | 'end'
  call: DiskCall
}

const traced = [
  ...['open', 'openat', 'creat', 'close', 'write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'fsync', 'fdatasync'],
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat', 'unlink', 'unlinkat'],
  ...['mkdir', 'mkdirat', 'rmdir', 'truncate', 'ftruncate', 'copy_file_range', 'sendfile', 'ioctl'],
  ...['clone', 'clone3', 'fork', 'vfork'],
]

/** Null if a process can be traced, otherwise the reason why not. */
export function whyNotTraced(): string | null {
  const { status, error } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'])
  if (status === 0) return null
  return error ? 'strace is not installed' : 'strace may trace no process here'
}

/** Runs a program to its end and returns what it and its children did to files, in order. */
export async function traceDisk(
  log: string,
  command: readonly string[],
): Promise<{ events: DiskEvent[]; out: string }> {
  const options = ['-f', '--seccomp-bpf', '-qq', '-xx', '-s', '8000000', '-e', `trace=${traced.join(',')}`, '-o', log]
  const child = spawn('strace', [...options, ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, UV_USE_IO_URING: '0' },
  })
  const out: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the program ended with ${code}`)
  return { events: parseTrace(readFileSync(log, 'latin1')), out: Buffer.concat(out).toString() }
}

interface Line {
  thread: number
  name: string
  /** All arguments if the line has `begins` and `ends`, otherwise those of this half. */
  text: string
  begins: boolean
  ends: boolean
}

export function parseTrace(log: string): DiskEvent[] {
  const lines = log.split('\n').flatMap((text) => parseLine(text) ?? [])
  const processOf = readThreads(lines)
  const begun = new Map<number, { name: string; args: string }>()
  return lines.flatMap((line): DiskEvent[] => {
    const { thread, name, text, begins, ends } = line
    const process = processOf(thread)
    if (!ends) {
      begun.set(thread, { name, args: text })
      return [{ at: 'start', call: { process, thread, name, args: text, result: 0 } }]
    }
    const first = begins ? '' : (begun.get(thread)?.args ?? '')
    const [, rest = '', result = '-1'] = /^(.*)\)\s+= (-?\d+)/.exec(text) ?? []
    const call = { process, thread, name, args: first + rest, result: Number(result) }
    return begins
      ? [
          { at: 'start', call },
          { at: 'end', call },
        ]
      : [{ at: 'end', call }]
  })
}

function parseLine(text: string): Line | null {
  const [, thread, resumed, after, name, args] = /^(\d+) +(?:<\.\.\. (\w+) resumed>(.*)|(\w+)\((.*))$/.exec(text) ?? []
  if (thread === undefined) return null
  if (resumed !== undefined)
    return { thread: Number(thread), name: resumed, text: after ?? '', begins: false, ends: true }
  const [, cut] = /^(.*?) <unfinished \.\.\.>$/.exec(args ?? '') ?? []
  return { thread: Number(thread), name: name ?? '', text: cut ?? args ?? '', begins: true, ends: cut === undefined }
}

/** Threads share the descriptors of their process; a child may be seen before its parent's call has returned. */
function readThreads(lines: readonly Line[]): (thread: number) => number {
  const parents = new Map<number, number>()
  const flags = new Map<number, string>()
  for (const { thread, name, text, begins, ends } of lines) {
    if (!/^clone3?$/.test(name)) continue
    if (begins) flags.set(thread, '')
    flags.set(thread, (flags.get(thread) ?? '') + text)
    if (!ends) continue
    const [, child] = /\)\s+= (\d+)/.exec(text) ?? []
    if (child !== undefined && flags.get(thread)?.includes('CLONE_THREAD')) parents.set(Number(child), thread)
  }
  return (thread) => {
    let leader = thread
    for (let parent = parents.get(leader); parent !== undefined; parent = parents.get(leader)) leader = parent
    return leader
  }
}

/** The strings among a call's arguments, in their order. */
export function stringsIn(args: string): Buffer[] {
  return [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g)].map(([, hex = '', cut]) => {
    if (cut) throw new Error('strace cut a string: the trace cannot be replayed')
    return Buffer.from(hex.replaceAll('\\x', ''), 'hex')
  })
}

/** The number at a position among the arguments; NaN if there is none. */
export const numberAt = (args: string, at: number): number => Number(args.split(', ').at(at))
