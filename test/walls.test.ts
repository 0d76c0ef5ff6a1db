import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')

/** What the linter says of a file that is not there: the violation is planted on standard input. */
function lint(path: string, source: string): string {
  const args = [biome, 'lint', '--colors=off', `--stdin-file-path=${path}`]
  const result = spawnSync(process.execPath, args, { cwd: root, input: source, encoding: 'utf8' })
  return result.stdout + result.stderr
}

describe('the walls between the rooms', () => {
  test.each([
    ['src/run/planted.ts', "import { a } from '../demo/sample-renderer/command.ts'\nexport const b = a\n"],
    ['src/run/planted.ts', "export const b = await import('../demo/sample-plex/server.ts')\n"],
    ['src/proxy/capture/planted.ts', "import { a } from '../../run/run.ts'\nexport const b = a\n"],
    ['src/config/planted.ts', "import { a } from '../kometa/find.ts'\nexport const b = a\n"],
    ['src/contract/planted.ts', "import { a } from '../util/redact.ts'\nexport const b = a\n"],
    ['src/demo/planted.ts', "import { a } from '../cli/main.ts'\nexport const b = a\n"],
    ['web/planted.tsx', "import { a } from '../src/util/redact.ts'\nexport const b = a\n"],
  ])('a planted violation in %s is caught', (path, source) => {
    expect(lint(path, source)).toContain('noRestrictedImports')
  })

  test('what is allowed is not caught', () => {
    const source = "import { a } from '../run/run.ts'\nexport const b = a\n"
    expect(lint('src/demo/planted.ts', source)).not.toContain('noRestrictedImports')
  })

  test('one module alone opens connections to Plex: nobody else imports an HTTP client', () => {
    const clients = /from '(undici|node:https?|node:net|node:tls|node:http2)'/
    const users = sourceFiles(join(root, 'src')).filter((file) => clients.test(readFileSync(file, 'utf8')))
    const names = users.map((file) => file.slice(root.length).replaceAll('\\', '/')).sort()
    expect(names.filter((name) => !allowedSockets.some((allowed) => name.startsWith(allowed)))).toEqual([])
  })
})

/** Who may touch sockets, and for what. */
const allowedSockets = [
  'src/plex/upstream.ts', // the one way to Plex
  'src/proxy/', // listens; checked below for clients
  'src/gate/', // the outbound gate, never Plex
  'src/util/public-address.ts', // judges addresses with node:net's BlockList
  'src/demo/', // the sample Plex and the sample renderer
  'src/server/', // the web API
]

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? sourceFiles(path) : path.endsWith('.ts') ? [path] : []
  })
}
