import { builtinModules } from 'node:module'

/**
 * What leads out of the process: the network, other programs, and what loads code by a name that no parser can follow.
 * Each file that uses such a module or global is listed with what it needs it for. `node:net` and its kind also have
 * names that only judge an address; those are free, and so are types.
 */
export const ways: Record<string, { uses: string[]; because: string }> = {
  'src/plex/upstream/undici-core.ts': {
    uses: ['node:module', 'undici'],
    because: 'the one connection to Plex; require() takes the two parts of undici that it needs, a tenth of the whole',
  },
  'src/plex/upstream/upstream-connector.ts': { uses: ['node:tls'], because: 'the one connection to Plex: its TLS' },
  'src/proxy/server.ts': { uses: ['node:http'], because: 'listens for Kometa' },
  'src/proxy/capture/read-url.ts': {
    uses: ['undici'],
    because: 'fetches a poster that Kometa names by its URL, never from Plex; loaded when the first one comes',
  },
  'src/gate/answer-inside.ts': { uses: ['node:https'], because: 'answers Kometa inside its own tunnel' },
  'src/gate/dial.ts': { uses: ['node:net'], because: 'opens the tunnels to judged addresses' },
  'src/gate/download.ts': { uses: ['fetch', 'undici'], because: 'downloads of setup, through the user’s proxy' },
  'src/gate/gate.ts': { uses: ['node:http'], because: 'listens for Kometa' },
  'src/gate/plain-request.ts': { uses: ['node:http'], because: 'asks judged hosts for what Kometa wants without TLS' },
  'src/gate/probe.ts': { uses: ['fetch', 'undici'], because: 'doctor asks whether an outside service answers' },
  'src/gate/service-proxy.ts': {
    uses: ['node:dns', 'node:http', 'node:https', 'node:net'],
    because: 'the read-only way to Radarr, Sonarr and their kind',
  },
  'src/gate/user-proxy-agent.ts': { uses: ['undici'], because: 'the user’s own HTTP proxy' },
  'src/kometa/docker/docker-cli.ts': { uses: ['node:child_process'], because: 'runs docker' },
  'src/kometa/install/ask-python.ts': { uses: ['node:child_process'], because: 'asks a Python for its version' },
  'src/kometa/install/setup-python.ts': { uses: ['node:child_process'], because: 'makes the virtual environment' },
  'src/kometa/isolation/isolation-inside.ts': {
    uses: ['node:child_process', 'node:net'],
    because: 'relays proxy and gate into Kometa’s own network',
  },
  'src/kometa/process/child.ts': { uses: ['node:child_process'], because: 'starts Kometa' },
  'src/kometa/process/process-tree.ts': { uses: ['node:child_process'], because: 'ends what Kometa started' },
  'src/kometa/process/supervisor-main.ts': {
    uses: ['node:child_process'],
    because: 'starts Kometa and outlives nobody',
  },
  'src/kometa/process/supervisor.ts': {
    uses: ['node:child_process', 'node:net'],
    because: 'starts the supervisor and hands it listening sockets',
  },
  'src/run/around-kometa/outside-hosts.ts': { uses: ['node:dns'], because: 'the addresses of the user’s services' },
  'src/run/doctor/check-machine.ts': {
    uses: ['fetch', 'node:net'],
    because: 'doctor asks whether a port is free, or a studio of ours answers at it on 127.0.0.1',
  },
  'src/util/process-identity.ts': { uses: ['node:child_process'], because: 'asks ps when a process began' },
  'src/server/studio.ts': { uses: ['@hono/node-server'], because: 'listens for the browser' },
  'src/server/http/event-stream.ts': { uses: ['@hono/node-server'], because: 'says that it answers by itself' },
  'src/demo/sample-plex/http-server.ts': { uses: ['node:http'], because: 'the sample Plex listens' },
  'src/demo/sample-renderer/plex-client.ts': { uses: ['node:http'], because: 'plays Kometa, which asks the proxy' },
  'src/util/start-worker.ts': {
    uses: ['node:module', 'node:worker_threads'],
    because: 'starts a worker, in tests by tsx',
  },
  'src/util/program-file.ts': { uses: ['node:module'], because: 'finds tsx where the sources run as they are' },
  'src/util/net/cut.ts': { uses: ['node:net'], because: 'ends a connection, opens none' },
  'src/util/net/door.ts': { uses: ['node:net'], because: 'a listening socket that another process may have opened' },
  'src/util/net/loopback.ts': { uses: ['node:dns', 'node:net'], because: 'listens on both addresses of localhost' },
  'src/util/net/public-address.ts': { uses: ['node:dns'], because: 'looks a name up to judge its addresses' },
  'web/core/api.ts': { uses: ['fetch'], because: 'the studio’s API' },
  'web/streams/hub.ts': { uses: ['EventSource'], because: 'the studio’s events' },
  'web/streams/worker.ts': { uses: ['globalThis'], because: 'the scope of a shared worker has no type of its own' },
  'container/healthcheck.mjs': { uses: ['fetch'], because: 'asks the studio in the same container whether it is well' },
}

/** Modules of Node that stay inside the process and its files. Every other one has to be listed above. */
export const quietModules: ReadonlySet<string> = new Set(
  [
    ...[
      'assert',
      'async_hooks',
      'buffer',
      'console',
      'constants',
      'crypto',
      'diagnostics_channel',
      'events',
      'fs',
      'os',
    ],
    ...['path', 'perf_hooks', 'process', 'punycode', 'querystring', 'readline', 'stream', 'string_decoder', 'timers'],
    ...['tty', 'url', 'util', 'v8', 'zlib'],
  ].map((name) => `node:${name}`),
)

/** Names of guarded modules that only judge or describe. */
export const quietNames: Readonly<Record<string, readonly string[]>> = {
  'node:net': ['BlockList', 'isIP', 'isIPv4', 'isIPv6'],
  'node:tls': ['rootCertificates'],
  'node:worker_threads': ['parentPort', 'workerData'],
}

/** npm packages that open connections. */
export const networkPackages: ReadonlySet<string> = new Set(['@hono/node-server', 'http-proxy-3', 'undici'])

export const isNodeModule = (name: string): boolean => name.startsWith('node:') || builtinModules.includes(name)
