import { fileURLToPath } from 'node:url'
import { packageFile } from '../util/package-file.ts'

/** The path of a picture or font that comes with the demo, by its path in src/demo/files. */
export function demoFile(path: string): string {
  return fileURLToPath(packageFile(`src/demo/files/${path}`))
}
