import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../contract/errors.ts'
import { defaultProxyPort } from '../proxy/server.ts'
import { runProxyAlone } from '../run/proxy-alone.ts'
import { formatLogLine } from '../util/job-log.ts'
import { trimEndOf } from '../util/trim-end.ts'
import type { CliContext } from './context.ts'
import { dataDir, newJobName } from './options/data-dir.ts'
import { parsePort } from './options/parse-values.ts'
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
    .summary('run only the write-blocking proxy, for Kometa and python-plexapi scripts')
    .description(
      'Starts the write-blocking proxy and nothing else. Reads go to Plex. Writes are blocked, and the proxy ' +
        'answers as Plex answers a write that succeeds. Each image that a program tries to upload is kept. Press ' +
        'Ctrl-C to end it.',
    )
    .requiredOption(
      '--plex <url>',
      'your Plex server, such as http://192.168.1.10:32400; its token comes from PLEX_TOKEN or --token-file',
    )
    .option('--token-file <file>', 'a file that holds the Plex token and nothing else')
    .option('--out <dir>', 'the folder for captures and the log (default: a new folder in the data folder)')
    .option(
      '--port <number>',
      'the port on 127.0.0.1 where the proxy listens; another free port if it is taken',
      parsePort,
      defaultProxyPort,
    )
    .option('--no-verify', 'do not check the certificate of Plex, such as a self-signed one')
    .option('--fingerprint <sha256>', 'accept only the certificate with this SHA-256 fingerprint')
    .option('--data <dir>', "our own data folder (default: the platform's)")
    .addHelpText(
      'after',
      `
It prints its address, and a token that opens this proxy and nothing else. In your script:
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
  await runProxyAlone({
    plex: { url: plexUrl(options.plex), token, verifySsl: options.verify, fingerprint: options.fingerprint },
    outDir: options.out ?? join(data, 'proxy', newJobName(new Date())),
    dataDir: data,
    port: options.port,
    signal: cancel.signal,
    onLine: ({ level, text }) => err.print(formatLogLine(level, text)),
    onListening: ({ url, clientToken, dir }) => out.print(`Proxy:  ${url}`, `Token:  ${clientToken}`, `Output: ${dir}`),
  })
}

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
    throw new AppError('BAD_USAGE', `--plex ${withoutSecrets(text)} is not the address of a Plex server`, {
      hint: 'It looks like http://192.168.1.10:32400, without a token in it.',
    })
  }
  return trimEndOf(url.href, '/')
}

/** The address without its query, which may hold a token, and without the password before its host. */
const withoutSecrets = (address: string): string => address.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//')
