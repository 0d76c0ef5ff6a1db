import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('one module writes to standard output; other programs inherit it only where the tool reads it', () => {
  const sinks =
    /process\.(?:stdout|stderr)\b|\bconsole\.\w+\(|writeSync\([12],|\/dev\/(?:stdout|stderr|tty)|\} = process\b|node:process/
  const inherits = /'inherit'/
  const filesWith = (pattern: RegExp) =>
    sourceFiles(join(root, 'src'))
      .filter((file) => pattern.test(readFileSync(file, 'utf8')))
      .map((file) => file.slice(root.length).replaceAll('\\', '/'))
      .sort()
  expect(filesWith(sinks)).toEqual([
    // Listens for a reader that leaves its pipe, and writes nothing.
    'src/cli/main.ts',
    'src/cli/screen/screen.ts',
    // These two play Kometa: the tool scrubs and logs their output as it does Kometa's.
    'src/demo/sample-renderer/kometa-log.ts',
    'src/demo/sample-renderer/main.ts',
  ])
  // The supervisor starts these two, and its outputs are pipes to the tool.
  expect(filesWith(inherits)).toEqual([
    'src/kometa/isolation/isolation-inside.ts',
    'src/kometa/process/supervisor-main.ts',
  ])
})

test('in src/config, each file that reads files asks the reach of the config first, or is listed', () => {
  const reads =
    /^import \{[^}]*\b(?:access|copyFile|createReadStream|lstat|open|opendir|readdir|readFile|readlink|realpath|stat)(?:Sync)?\b[^}]*\} from 'node:fs|\{[^}]*\b(?:exists|isFolder)\b[^}]*\} from '.*\/locate\.ts'|\breadPlainFile\(/m
  const asks = /\breach\.(?:find|way|exists|isFolder|names)\(/
  const readers = sourceFiles(join(root, 'src', 'config')).filter((file) => reads.test(readFileSync(file, 'utf8')))
  const names = (files: string[]) => files.map((file) => file.slice(root.length).replaceAll('\\', '/')).sort()
  expect(names(readers.filter((file) => !asks.test(readFileSync(file, 'utf8'))))).toEqual([...readersOfOurs].sort())
  expect(readers.length).toBeGreaterThan(readersOfOurs.length)
})

test('the code and the message of an unknown error are read in one place', () => {
  const copies =
    /(\w+) instanceof Error (?:\? \1\.message : |&& 'code' in \1)|(?:const|function) (?:messageOf|errorCodeOf|hasErrorCode)\b/
  const files = sourceFiles(join(root, 'src')).filter((file) => copies.test(readFileSync(file, 'utf8')))
  expect(files.map((file) => file.slice(root.length))).toEqual(['src/util/unknown-error.ts'])
})

// By itself undici takes a reset connection for the end of an answer.
test('each file that loads undici also loads undici-resets.ts', () => {
  const loads = /^import (?!type ).* from 'undici|(?:import|require)\('undici/m
  const notices = /^import '.*\/undici-resets\.ts'|from '\.\/user-proxy-agent\.ts'/m
  const users = sourceFiles(join(root, 'src')).filter((file) => loads.test(readFileSync(file, 'utf8')))
  expect(users.length).toBeGreaterThan(3)
  expect(users.filter((file) => !notices.test(readFileSync(file, 'utf8')))).toEqual([])
})

/** Files of src/config that read files without asking the reach, because no path of the config leads there. */
const readersOfOurs = [
  'src/config/workspace/fonts.ts', // the font folders of the system
  'src/config/read/user-config.ts', // --kometa-cwd and --kometa-config-dir of the command line
  'src/config/read/environment/job-secrets.ts', // Kometa's own config.yml
  'src/config/read/environment/kometa-env.ts', // Kometa's own .env
  'src/config/read/locate.ts', // the path of a config, as the user typed it
  'src/config/reach/reach.ts', // it is the reach
  'src/config/read/environment/secret-files.ts', // files that Kometa must not read
  'src/config/workspace/stale-workspaces.ts', // our own workspaces
  'src/config/trust/secret-vault.ts', // our own data folder
  'src/config/trust/trusted-pairs.ts', // our own data folder
  'src/config/workspace/workspace.ts', // our own workspace; mirror.ts decides what is linked there
  'src/config/yaml/yaml-read.ts', // the path of a config; source-reader.ts reads overlay files
]

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? sourceFiles(path) : path.endsWith('.ts') ? [path] : []
  })
}
