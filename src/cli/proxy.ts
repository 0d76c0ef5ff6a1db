import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { AppError } from '../contract/errors.ts'
import { createPlexReader } from '../plex/items/reads.ts'
import { preflight } from '../plex/upstream/preflight.ts'
import { createPlexConnection } from '../plex/upstream/upstream.ts'
import { createCaptureStore } from '../proxy/capture/store.ts'
import { createLedger } from '../proxy/ledger/ledger.ts'
import { defaultProxyPort, startProxy } from '../proxy/server.ts'
import { createOutsideLookup, namesOfServers } from '../run/around-kometa/outside-hosts.ts'
import { clientIdentifier } from '../run/inputs/client-identifier.ts'
import { jobFolders, openJobFolder } from '../run/job-folder/job-folder.ts'
import { acquireJobLock } from '../run/job-folder/job-lock.ts'
import { createJobRecorder } from '../run/job-folder/job-recorder.ts'
import { createJobLog, formatLogLine } from '../util/job-log.ts'
import { createRedactor } from '../util/redact.ts'
import { trimEndOf } from '../util/trim-end.ts'
import { dataDir, newJobName } from './options/data-dir.ts'
import type { CliContext } from './program.ts'
import { cancelOnSignals } from './screen/cancel.ts'

interface ProxyCommandOptions {
  plex: string
  tokenFile?: string
  out?: string
  port: number
  data?: string
  verify: boolean
  fingerprint?: string
}

export function addProxyCommand(program: Command, context: CliContext): void {
  program
    .command('proxy')
    .summary('the write-blocking proxy alone, for Kometa and python-plexapi scripts')
    .description(
      'Starts the safe proxy alone: reads go to Plex, writes are blocked and answered as Plex answers success, and each image that somebody tries to upload is kept. Ends with Ctrl-C.',
    )
    .requiredOption(
      '--plex <url>',
      'your Plex server, such as http://192.168.1.10:32400; its token comes from PLEX_TOKEN or --token-file',
    )
    .option('--token-file <file>', 'a file that holds the Plex token alone')
    .option('--out <dir>', 'where captures and the log go (default: a new folder in the data folder)')
    .option(
      '--port <number>',
      'where to listen on 127.0.0.1; a free port when it is taken',
      parsePort,
      defaultProxyPort,
    )
    .option('--no-verify', 'do not check the certificate of Plex (self-signed)')
    .option('--fingerprint <sha256>', 'accept only the certificate with this SHA-256 fingerprint')
    .option('--data <dir>', "our own data folder (default: the platform's)")
    .addHelpText(
      'after',
      `
It prints its address, and a token that is good for this proxy alone. In your script:
  PlexServer('http://127.0.0.1:${defaultProxyPort}', '<the token that is printed>')

Examples:
  PLEX_TOKEN=... kometa-preview proxy --plex http://192.168.1.10:32400
  kometa-preview proxy --plex https://192.168.1.10:32400 --token-file ./token --no-verify
  kometa-preview proxy --plex http://192.168.1.10:32400 --token-file ./token --out ./captures --port 32600`,
    )
    .action((options: ProxyCommandOptions) => runProxy(options, context))
}

async function runProxy(options: ProxyCommandOptions, { env, out, err }: CliContext): Promise<void> {
  const token = await readToken(options, env)
  const data = dataDir(options.data, env)
  using cancel = cancelOnSignals()
  const clientToken = randomBytes(24).toString('base64url')
  const redactor = createRedactor([token, clientToken])
  await using connection = createPlexConnection({
    url: plexUrl(options.plex),
    token,
    verifySsl: options.verify,
    clientIdentifier: await clientIdentifier(data),
    ...(options.fingerprint === undefined ? {} : { fingerprint: options.fingerprint }),
  })
  const reader = createPlexReader(connection, { signal: cancel.signal })
  const info = await preflight(connection, reader, { signal: cancel.signal })
  const folder = await openJobFolder(options.out ?? join(data, 'proxy', newJobName(new Date())), data)
  await using _lock = await acquireJobLock(folder.files)
  using log = createJobLog({
    file: { files: folder.files, path: `${jobFolders.logs}/preview.log` },
    redactor,
    onLine: ({ level, text }) => err.print(formatLogLine(level, text)),
  })
  if (folder.note !== null) log.info(folder.note)
  log.info(`Plex: ${info.name}, version ${info.version}`)
  if (!info.tokenIsBarrier) {
    log.warning('Plex answers reads from here without a token ("allowed without auth"): the token is no barrier there')
  }
  using ledger = createLedger(folder.files.folder(jobFolders.output))
  const recorder = createJobRecorder({ log, ledger, redactor })
  const plexNames = await namesOfServers([connection.address.url])
  const rules = { mode: 'open', allow: [], deny: [], plexNames, plexAccount: false } as const
  await using proxy = await startProxy({
    connection,
    serverId: info.machineIdentifier,
    clientToken,
    captures: createCaptureStore({ job: folder.files, resolve: createOutsideLookup(rules) }),
    recorder,
    preferredPort: options.port,
  })
  if (proxy.portWasTaken) log.warning(`Port ${options.port} is taken: listening on ${proxy.port}`)
  out.print(`Proxy:  ${proxy.url}`, `Token:  ${clientToken}`, `Output: ${folder.dir}`)
  await aborted(cancel.signal)
  await proxy.drain()
  const { blocked, captured } = recorder.records
  const kept = captured.filter(({ parse_error }) => parse_error === null)
  ledger.flush()
  const { head, count } = ledger.head()
  log.info(`The ledger has ${count} lines; the hash of the last one is ${head}`)
  log.info(
    `${blocked.length} writes blocked, ${kept.length} images kept, ${recorder.records.forwardedCount} reads let through`,
  )
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done()
    // A listener alone does not keep the process alive, but the listening proxy does.
    signal.addEventListener('abort', () => done(), { once: true })
  })

async function readToken(options: ProxyCommandOptions, env: NodeJS.ProcessEnv): Promise<string> {
  if (options.tokenFile === undefined) {
    if (env.PLEX_TOKEN) return env.PLEX_TOKEN
    throw new AppError('BAD_USAGE', 'no Plex token', { hint: 'Set PLEX_TOKEN, or name a file with --token-file.' })
  }
  try {
    const token = (await readFile(resolve(options.tokenFile), 'utf8')).trim()
    if (token !== '' && !/\s/.test(token)) return token
  } catch (error) {
    throw new AppError('CONFIG_UNREADABLE', `the token file ${options.tokenFile} cannot be read`, { cause: error })
  }
  throw new AppError('CONFIG_INVALID', `the token file ${options.tokenFile} holds no token`, {
    hint: 'It must hold the token and nothing else.',
  })
}

function plexUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
    throw new AppError('BAD_USAGE', `--plex ${withoutSecrets(text)} is no address of a Plex server`, {
      hint: 'It looks like http://192.168.1.10:32400, without a token in it.',
    })
  }
  return trimEndOf(url.href, '/')
}

/** An address as it may be shown: a token may stand in its query, a password before its host. */
const withoutSecrets = (address: string): string => address.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//')

export function parsePort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new InvalidArgumentError('a port is a number from 0 to 65535.')
}
