import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const skipped = new Set(['node_modules', 'dist', 'coverage', 'fixtures', 'evidence', '.build', 'results', 'jobs'])

/** Every source file of the project, by its path from the root. */
export function readProject(root: string): Map<string, string> {
  return new Map(sourcePaths(root, '').map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

function sourcePaths(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return isSkipped(path, entry.name) ? [] : sourcePaths(root, path)
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [path] : []
  })
}

/** `jobs` is output at the root, and a room of its own in web/ and src/server/. */
function isSkipped(path: string, name: string): boolean {
  if (name.startsWith('.')) return true
  return skipped.has(name) && (name !== 'jobs' || path === name)
}
