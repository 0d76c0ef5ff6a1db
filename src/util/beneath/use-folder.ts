import { join } from 'node:path'
import { type HeldFolder, holdFolder, type RootFolder } from './held-folder.ts'
import { partsOf, unsafePath } from './unsafe-path.ts'

/** Does one thing in a held folder and then releases the folder. */
export interface UseFolder {
  /** Acts in the folder that contains the last part of the path. */
  inParent<T>(path: string, act: (held: HeldFolder, name: string) => Promise<T>): Promise<T>
  inParentSync<T>(path: string, act: (held: HeldFolder, name: string) => T): T
  /** Acts in the folder at the path itself; `''` is the root. */
  inFolder<T>(path: string, act: (held: HeldFolder) => Promise<T>): Promise<T>
  inFolderSync<T>(path: string, act: (held: HeldFolder) => T): T
  shown(path: string): string
}

export function createUseFolder(root: RootFolder): UseFolder {
  const shown = (path: string) => join(root.path, ...root.below, ...path.split('/'))
  const partsBelow = (path: string) => (path === '' ? [] : partsOf(path, shown('')))
  const split = (path: string): [string[], string] => {
    const parts = partsOf(path, shown(''))
    const name = parts.pop()
    if (name === undefined) throw unsafePath('an empty path', 'names nothing')
    return [parts, name]
  }

  function holdSync<T>(parts: readonly string[], act: (held: HeldFolder) => T): T {
    using held = holdFolder(root, parts)
    try {
      const result = act(held)
      held.assertSame()
      return result
    } catch (error) {
      throw held.inWords(error)
    }
  }

  async function hold<T>(parts: readonly string[], act: (held: HeldFolder) => Promise<T>): Promise<T> {
    using held = holdFolder(root, parts)
    try {
      const result = await act(held)
      held.assertSame()
      return result
    } catch (error) {
      throw held.inWords(error)
    }
  }

  return {
    shown,
    async inParent(path, act) {
      const [parts, name] = split(path)
      return hold(parts, (held) => act(held, name))
    },
    inParentSync(path, act) {
      const [parts, name] = split(path)
      return holdSync(parts, (held) => act(held, name))
    },
    async inFolder(path, act) {
      return hold(partsBelow(path), act)
    },
    inFolderSync: (path, act) => holdSync(partsBelow(path), act),
  }
}
