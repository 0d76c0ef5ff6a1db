import { AppError } from '../contract/errors.ts'

/**
 * A refusal by the operating system as one line for the user: a file without permission, a full disk, a port on which
 * nobody listens. Returns null for every other error, which is either an AppError already or a bug of ours.
 */
export function systemRefusal(error: unknown): AppError | null {
  if (!(error instanceof Error) || error instanceof AppError) return null
  // An error during closing hides the error that made us close.
  if ('suppressed' in error && 'error' in error) return systemRefusal(error.error) ?? systemRefusal(error.suppressed)
  if (error instanceof AggregateError) return systemRefusal(error.errors[0])
  if (!('syscall' in error) || !('code' in error)) return null
  const code = String(error.code)
  const why = words[code] === undefined ? code : `${words[code]} (${code})`
  return new AppError(fullDisk.has(code) ? 'DISK_FULL' : 'SYSTEM_REFUSED', `${subjectOf(error)}: ${why}`, {
    hint: hints[code] ?? 'Mend that, then start again. "kometa-preview doctor" looks at all that a preview needs.',
    cause: error,
  })
}

function subjectOf(error: Error): string {
  const text = (name: string): string | null => {
    const value: unknown = Reflect.get(error, name)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null
  }
  const call = text('syscall') ?? ''
  if (call === 'uv_cwd') return 'the current folder cannot be used'
  // For a rename, the user knows the target; `path` is a temporary file of ours.
  const path = text('dest') ?? text('path')
  if (call.startsWith('spawn')) return `${path ?? 'a program'} cannot be started`
  if (path !== null) return `${path} cannot be used`
  const host = text('address') ?? text('hostname')
  if (host === null) return `the system refused "${call}"`
  const port = text('port')
  const place = port === null ? host : `${host}:${port}`
  return call === 'listen' ? `${place} cannot be listened on` : `${place} cannot be reached`
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  ENOENT: 'it is not there',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EEXIST: 'something of that name is there already',
  ENOTEMPTY: 'the folder is not empty',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EBUSY: 'another program uses it',
  ETXTBSY: 'another program uses it',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk is read-only',
  EIO: 'the disk fails',
  EFBIG: 'the file would be larger than the system allows',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENOMEM: 'there is not enough memory',
  EAGAIN: 'the system has no room for another process',
  EADDRINUSE: 'another program uses this port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the other side has closed the connection',
  ETIMEDOUT: 'no answer came in time',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ENOTFOUND: 'no address is known for this name',
  EAI_AGAIN: 'the name server does not answer',
}

/** The same codes make a run end with DISK_FULL. */
const fullDisk = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EFBIG'])

const noSpace = 'Make room there, or choose another folder with --out or --data.'
const hints: Readonly<Record<string, string>> = {
  EACCES: 'Give the user who runs Kometa Preview the right to it, or name another one.',
  EPERM: 'Give the user who runs Kometa Preview the right to it, or name another one.',
  ENOSPC: noSpace,
  EDQUOT: noSpace,
  EROFS: noSpace,
}
