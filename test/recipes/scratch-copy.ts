import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A copy of the source in which a recipe can be followed. */
export interface ScratchCopy extends Disposable {
  folder: string
  /** Puts a changed copy of a passage behind it. Fails when the file does not hold the passage exactly once. */
  copyRow(file: string, row: RegExp, change: (text: string) => string): void
  /** Files that were changed, in order. */
  changed: string[]
}

export function makeScratchCopy(): ScratchCopy {
  const folder = mkdtempSync(join(tmpdir(), 'recipes-'))
  const copied = ['src', 'web', 'test/support', 'test/recipes', 'test/fixtures', 'package.json', 'tsconfig.json']
  for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true })
  cpSync(join(root, 'tsconfig.web.json'), join(folder, 'tsconfig.web.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const changed: string[] = []
  return {
    folder,
    changed,
    copyRow(file, row, change) {
      const path = join(folder, file)
      const text = readFileSync(path, 'utf8')
      const found = [...text.matchAll(new RegExp(row, 'gm'))]
      if (found.length !== 1) throw new Error(`${file} holds ${row} ${found.length} times: the recipe is out of date`)
      const passage = found[0]?.[0] ?? ''
      writeFileSync(
        path,
        text.replace(passage, () => `${passage}${change(passage)}`),
      )
      if (!changed.includes(file)) changed.push(file)
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The source files that a recipe of CONTRIBUTING.md names in its steps. */
export function filesOfRecipe(heading: string): string[] {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const section = text.split(`\n### ${heading}\n`)[1]?.split(/\n##/)[0] ?? ''
  return [...section.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, file = '']) => file)
}
