import { sep } from 'node:path'

/** Whether a path is the folder itself or lies below it; both absolute and plain. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
