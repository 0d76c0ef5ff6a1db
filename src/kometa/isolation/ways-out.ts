import type { WayOut } from '../../contract/ways-out.ts'
import type { UnguardedFiles } from '../process/supervisor-messages.ts'
import type { Isolation } from './isolation.ts'

export interface WaysOutOptions {
  mode: Isolation['mode']
  /** Kometa ran in a container, which sees the workspace and, read-only, what the config and overlay files name. */
  inContainer: boolean
  /** For each Kometa, what its namespace could not protect. */
  unguarded: readonly UnguardedFiles[]
}

const clients: WayOut = {
  way: 'clients',
  closed: true,
  words:
    'Programs that heed proxy settings, as Kometa and its libraries do, reach Plex through the proxy alone ' +
    'and other hosts through the gate alone.',
}

/**
 * Lists every way that a program has to Plex, to the real token and to the user's files, and says which ones were
 * closed to Kometa.
 */
export function waysOut(options: WaysOutOptions): WayOut[] {
  if (options.mode === 'namespace') return [clients, ...inNamespace(options.unguarded)]
  return [clients, ...(options.inContainer ? inContainer : onMachine)]
}

/** Whether the proxy was Kometa's only way to Plex. */
export const hadNoOtherWay = (ways: readonly WayOut[]): boolean =>
  ways.every(({ way, closed }) => closed || way === 'config' || way === 'files')

function inNamespace(unguarded: readonly UnguardedFiles[]): WayOut[] {
  const sockets = [...new Set(unguarded.flatMap(({ notHidden }) => notHidden.sockets))]
  const hidden = [...new Set(unguarded.flatMap(({ notHidden }) => notHidden.files))]
  const writable = [...new Set(unguarded.flatMap(({ notReadOnly }) => notReadOnly))]
  const list = (paths: readonly string[]) => paths.join(', ')
  return [
    {
      way: 'network',
      closed: true,
      words: 'Code that ignores proxy settings reached nothing else: Kometa had a network namespace of its own.',
    },
    sockets.length === 0
      ? { way: 'sockets', closed: true, words: 'The Unix sockets of this machine were hidden from Kometa.' }
      : { way: 'sockets', closed: false, words: `These Unix sockets could not be hidden: ${list(sockets)}.` },
    { way: 'memory', closed: true, words: 'Kometa had no right to look into other programs, or into their memory.' },
    hidden.length === 0
      ? { way: 'config', closed: true, words: 'Your config files, with the real token, were hidden from Kometa.' }
      : { way: 'config', closed: false, words: `These files could not be hidden: ${list(hidden)}.` },
    writable.length === 0
      ? { way: 'files', closed: true, words: 'Your Kometa folder was read-only to Kometa.' }
      : { way: 'files', closed: false, words: `These folders could not be made read-only: ${list(writable)}.` },
  ]
}

const openNetwork: WayOut = {
  way: 'network',
  closed: false,
  words: 'Code that ignores proxy settings could reach Plex and your network directly.',
}

const inContainer: readonly WayOut[] = [
  openNetwork,
  { way: 'sockets', closed: true, words: 'The container had no Unix socket of this machine.' },
  { way: 'memory', closed: true, words: 'The container saw no other program of this machine.' },
  { way: 'config', closed: true, words: 'The container did not have your config files.' },
  { way: 'files', closed: true, words: 'The container had your files read-only.' },
]

const onMachine: readonly WayOut[] = [
  openNetwork,
  { way: 'sockets', closed: false, words: 'Code could use the Unix sockets of this machine.' },
  { way: 'memory', closed: false, words: "Code could read this program's memory, and the real token in it." },
  {
    way: 'config',
    closed: false,
    words: 'Kometa was started where the config beside its code is ours; code could look for yours and read it.',
  },
  {
    way: 'files',
    closed: false,
    words: 'Kometa ran in a mirror of your folders; code could write into them directly.',
  },
]

/** One line before the start: what is guarded without isolation, and what is not. */
export function unguardedWords({ inContainer }: Pick<WaysOutOptions, 'inContainer'>): string {
  const more = inContainer ? '' : ', read your config and the memory of this program, and write into your Kometa folder'
  return [
    'Kometa runs without isolation.',
    'Code that heeds proxy settings, as Kometa and its libraries do, reaches Plex through the proxy alone.',
    `Code that ignores proxy settings could reach Plex and your network directly${more}.`,
  ].join(' ')
}
