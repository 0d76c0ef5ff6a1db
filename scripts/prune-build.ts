import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Removes the files of `dist/` that nothing loads. The compiler writes a file for each source, but the commands are
 * bundled. Only programs that run as separate processes or workers, and the files they import, still need theirs.
 */
const dist = fileURLToPath(new URL('../dist', import.meta.url))
const imports = /(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+\.js)["']/g
/** A call that starts a program or a worker by its path below `src`: see src/util/program-file.ts. */
const programs = /\b(?:programCommand|programUrl|startWorker)\(\s*["']([\w/-]+)["']/g

function loadedFrom(file: string): string[] {
  const code = readFileSync(file, 'utf8')
  const imported = [...code.matchAll(imports)].map(([, path = '']) => resolve(dirname(file), path))
  const started = [...code.matchAll(programs)].map(([, name = '']) => join(dist, `${name}.js`))
  return [...imported, ...started].filter((path) => existsSync(path))
}

const loaded = new Set([join(dist, 'cli', 'main.js')])
for (const file of loaded) for (const next of loadedFrom(file)) loaded.add(next)

const compiled = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => file.endsWith('.js') && !file.startsWith(join(dist, 'web')))
const unused = compiled.filter((file) => !loaded.has(file))
for (const file of unused) rmSync(file)
console.log(`dist: ${loaded.size} files are loaded, ${unused.length} were removed`)
