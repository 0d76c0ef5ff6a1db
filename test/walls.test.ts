import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')

/** What the linter says of a violation planted in a scratch tree with this project's own rules. */
function lint(path: string, source: string): string {
  const tree = mkdtempSync(join(tmpdir(), 'walls-'))
  try {
    for (const file of ['biome.json', '.gitignore']) cpSync(join(root, file), join(tree, file))
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), source)
    const result = spawnSync(process.execPath, [biome, 'lint', '--colors=off', path], { cwd: tree, encoding: 'utf8' })
    const output = result.stdout + result.stderr
    expect(output).toContain('Checked 1 file')
    return output
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

describe('the walls between the rooms', () => {
  test.each([
    ['src/run/planted.ts', "import { a } from '../demo/sample-renderer/command.ts'\nexport const b = a\n"],
    ['src/run/planted.ts', "export const b = await import('../demo/sample-plex/server.ts')\n"],
    ['src/proxy/capture/planted.ts', "import { a } from '../../run/run.ts'\nexport const b = a\n"],
    ['src/config/planted.ts', "import { a } from '../kometa/find.ts'\nexport const b = a\n"],
    ['src/contract/planted.ts', "import { a } from '../util/redact.ts'\nexport const b = a\n"],
    ['src/demo/planted.ts', "import { a } from '../cli/main.ts'\nexport const b = a\n"],
    ['test/e2e/planted.ts', "import { a } from '../../src/demo/sample-plex/sample-plex.ts'\nexport const b = a\n"],
    ['web/planted.tsx', "import { a } from '../src/util/redact.ts'\nexport const b = a\n"],
  ])('a planted violation in %s is caught', (path, source) => {
    expect(lint(path, source)).toContain('noRestrictedImports')
  })

  test('what is allowed is not caught', () => {
    const source = "import { a } from '../run/run.ts'\nexport const b = a\n"
    expect(lint('src/demo/planted.ts', source)).not.toContain('noRestrictedImports')
  })

  test('one module alone opens connections to Plex: nobody else imports an HTTP client', () => {
    // Judging an address opens nothing.
    const clients = /^import (?!type |\{ isIP(v4)? \} ).* from '(undici|node:https?|node:net|node:tls|node:http2)'/m
    const users = sourceFiles(join(root, 'src')).filter((file) => clients.test(readFileSync(file, 'utf8')))
    const names = users.map((file) => file.slice(root.length).replaceAll('\\', '/')).sort()
    expect(names.filter((name) => !allowedSockets.some((allowed) => name.startsWith(allowed)))).toEqual([])
  })

  test('one module alone writes to standard output and standard error, and another program only where we read what it says', () => {
    const sinks =
      /process\.(?:stdout|stderr)\b|\bconsole\.\w+\(|writeSync\([12],|\/dev\/(?:stdout|stderr|tty)|\} = process\b|node:process/
    const inherits = /'inherit'/
    const filesWith = (pattern: RegExp) =>
      sourceFiles(join(root, 'src'))
        .filter((file) => pattern.test(readFileSync(file, 'utf8')))
        .map((file) => file.slice(root.length).replaceAll('\\', '/'))
        .sort()
    expect(filesWith(sinks)).toEqual([
      'src/cli/screen/screen.ts',
      // They play Kometa: what they say goes through the scrubbed log, as Kometa's own words do.
      'src/demo/sample-renderer/kometa-log.ts',
      'src/demo/sample-renderer/main.ts',
    ])
    // Below the supervisor, whose outputs are pipes to the tool.
    expect(filesWith(inherits)).toEqual([
      'src/kometa/isolation/isolation-inside.ts',
      'src/kometa/process/supervisor-main.ts',
    ])
  })

  test('in the room of the config, what reads files asks the reach of the config first, or reads no path of it', () => {
    const reads =
      /^import \{[^}]*\b(?:access|copyFile|createReadStream|lstat|open|opendir|readdir|readFile|readlink|realpath|stat)(?:Sync)?\b[^}]*\} from 'node:fs|\{[^}]*\b(?:exists|isFolder)\b[^}]*\} from '.*\/locate\.ts'|\breadPlainFile\(/m
    const asks = /\breach\.(?:find|way|exists|isFolder|names)\(/
    const readers = sourceFiles(join(root, 'src', 'config')).filter((file) => reads.test(readFileSync(file, 'utf8')))
    const names = (files: string[]) => files.map((file) => file.slice(root.length).replaceAll('\\', '/')).sort()
    expect(names(readers.filter((file) => !asks.test(readFileSync(file, 'utf8'))))).toEqual([...readersOfOurs].sort())
    expect(readers.length).toBeGreaterThan(readersOfOurs.length)
  })

  test('whoever loads undici has its resets noticed: of itself it takes them for the end of an answer', () => {
    const loads = /^import (?!type ).* from 'undici|(?:import|require)\('undici/m
    const notices = /^import '.*\/undici-resets\.ts'|from '\.\/user-proxy-agent\.ts'/m
    const users = sourceFiles(join(root, 'src')).filter((file) => loads.test(readFileSync(file, 'utf8')))
    expect(users.length).toBeGreaterThan(3)
    expect(users.filter((file) => !notices.test(readFileSync(file, 'utf8')))).toEqual([])
  })
})

/** Who may touch sockets, and for what. */
const allowedSockets = [
  'src/plex/upstream', // the one way to Plex: upstream.ts and its own parts
  'src/proxy/', // listens; checked below for clients
  'src/gate/', // the outbound gate, never Plex
  'src/util/net/public-address.ts', // judges addresses with node:net's BlockList
  'src/run/doctor/check-machine.ts', // listens for an instant, to see whether a port is free
  'src/util/net/cut.ts', // ends a connection, opens none
  'src/util/net/loopback.ts', // listens on both addresses of localhost
  'src/util/net/door.ts', // a listening socket that another process may have opened
  'src/kometa/process/supervisor', // a pipe to the tool that outlives nobody
  'src/kometa/isolation', // relays the proxy and the gate into Kometa's own network
  'src/demo/', // the sample Plex and the sample renderer
  'src/server/', // the web API
]

/** Files of src/config that read without asking what the config may read. */
const readersOfOurs = [
  'src/config/workspace/fonts.ts', // the font folders of the system
  'src/config/read/user-config.ts', // --kometa-cwd and --kometa-config-dir of the command line
  'src/config/read/environment/job-secrets.ts', // Kometa's own config.yml
  'src/config/read/environment/kometa-env.ts', // Kometa's own .env
  'src/config/read/locate.ts', // the path of a config, by the user's words
  'src/config/reach/reach.ts', // it is what is asked
  'src/config/read/environment/secret-files.ts', // files that are to be hidden
  'src/config/workspace/stale-workspaces.ts', // our own workspaces
  'src/config/trust/secret-vault.ts', // our own data folder
  'src/config/trust/trusted-pairs.ts', // our own data folder
  'src/config/workspace/workspace.ts', // our own workspace; what is linked there, mirror.ts decides
  'src/config/yaml/yaml-read.ts', // the path of a config; an overlay file comes by source-reader.ts
]

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? sourceFiles(path) : path.endsWith('.ts') ? [path] : []
  })
}
