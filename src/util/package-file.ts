import { existsSync } from 'node:fs'

/**
 * The address of a file that the package ships unchanged, by its path in the package. The package's root is the nearest
 * folder above this module that has a package.json, whether the module is source, compiled or bundled.
 */
export function packageFile(path: string): URL {
  let folder = new URL('.', import.meta.url)
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('..', folder)
    if (above.href === folder.href) throw new Error(`there is no package.json above ${import.meta.url}`)
    folder = above
  }
  return new URL(path, folder)
}
