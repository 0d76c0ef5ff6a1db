import { ways } from './ways-out.ts'

/**
 * The walls of this project as data. A room is the folder it is named after; the room of a file is the longest name
 * that its path begins with. `*.test.ts` belongs to the room `test`, wherever it stands. An import that no row allows
 * is an error.
 */
export interface Room {
  name: string
  /** The rooms that it may import, types included. `*` is every room above it in this list. */
  imports: readonly string[]
  /** The npm packages that it may load. `*` is every one of them. */
  packages: readonly string[] | '*'
  /**
   * `none`: not one module of Node. `listed`: quiet ones, and what `ways-out.ts` lists for a file. `all`: never
   * shipped.
   */
  node: 'none' | 'listed' | 'all'
}

export interface AllowList {
  rooms: readonly Room[]
  /** File -> the modules and globals that it may use although they lead out of the process. */
  ways: Readonly<Record<string, { uses: readonly string[]; because: string }>>
  /** File -> the rooms and files that alone may import it. */
  doors: Readonly<Record<string, readonly string[]>>
}

const row = (name: string, imports: readonly string[], packages: Room['packages'], node: Room['node'] = 'listed') => ({
  name,
  imports,
  packages,
  node,
})

const base = ['src/contract', 'src/util']
const reads = [...base, 'src/policy', 'src/config', 'src/plex', 'src/images']
const aroundKometa = [...reads, 'src/proxy', 'src/gate', 'src/kometa']
const job = [...aroundKometa, 'src/plan', 'src/run']

/**
 * From the bottom to the top: a room may import rooms above its own row alone, so that no two rooms import each other.
 */
const rooms: readonly Room[] = [
  row('src/contract', [], ['zod'], 'none'),
  row('src/policy', ['src/contract'], ['saxes'], 'none'),
  row('src/util', ['src/contract'], ['zod']),
  row('src/config', base, ['yaml', 'zod']),
  row('src/plex', [...base, 'src/policy'], ['undici', 'zod']),
  row('src/images', base, ['pixelmatch', 'sharp', 'zod']),
  row('src/proxy', reads, ['undici', 'zod']),
  row('src/gate', reads, ['@peculiar/asn1-schema', '@peculiar/asn1-x509', 'undici']),
  // Kometa's own code comes by the gate's way, through the user's proxy.
  row('src/kometa', [...reads, 'src/gate'], ['tar', 'zod']),
  row('src/plan', aroundKometa, []),
  row('src/run', [...aroundKometa, 'src/plan'], ['zod']),
  row('src/demo', job, ['saxes', 'sharp']),
  row('src/server', job, ['@hono/node-server', 'client-zip', 'hono', 'zod']),
  row('src/cli', [...job, 'src/demo', 'src/server'], ['commander', 'env-paths']),
  row(
    'web',
    ['src/contract'],
    [
      '@codemirror/autocomplete',
      '@codemirror/lang-yaml',
      '@codemirror/lint',
      '@codemirror/state',
      '@codemirror/view',
      '@fontsource-variable/inter',
      '@img-comparison-slider/react',
      '@tanstack/react-query',
      '@tanstack/react-virtual',
      'codemirror',
      'diff',
      'react',
      'react-dom',
    ],
  ),
  row('container', [], []),
  row('test/support', ['*'], '*', 'all'),
  row('bench', ['*'], '*', 'all'),
  row('scripts', ['*'], '*', 'all'),
  // The configurations of the tools at the root.
  row('.', ['test/support'], '*', 'all'),
  row('test', ['*'], '*', 'all'),
]

export const allowList: AllowList = {
  rooms,
  ways,
  doors: {
    // There every test checks that Plex stayed what it was.
    'src/demo/sample-plex/sample-plex.ts': ['src/demo', 'bench', 'test/support/watched-plex.ts'],
  },
}
