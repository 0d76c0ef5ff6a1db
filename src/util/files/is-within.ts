import { sep } from 'node:path'

/** Tells whether a path is the folder itself or below it. Both paths must be absolute and without `.` and `..`. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
