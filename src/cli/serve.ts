import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { findConfig } from '../config/read/locate.ts'
import { AppError } from '../contract/errors.ts'
import type { IsolateMode } from '../kometa/isolation/isolation.ts'
import { isLoopback } from '../server/http/guard.ts'
import { startStudio } from '../server/studio.ts'
import type { CliContext } from './context.ts'
import { kometaRenderer } from './kometa-renderer.ts'
import { dataDir } from './options/data-dir.ts'
import { isolateOption } from './options/isolate-option.ts'
import { collect, parsePort, studioPort } from './options/parse-values.ts'
import { cancelOnSignals } from './screen/cancel.ts'
import { errorLines } from './screen/terminal.ts'

interface ServeCommandOptions {
  host: string
  port: number
  data?: string
  passwordFile?: string
  kometa?: string
  python?: string
  config?: string
  isolate: IsolateMode
  allowFolder: string[]
  allowHost: string[]
  job: string[]
}

/** The folder in a container where the user's config is mounted. */
const containerConfig = '/config'

export function addServeCommand(program: Command, context: CliContext): void {
  program
    .command('serve')
    .summary('the studio: choose, preview and compare in the browser')
    .description(
      'Serves the studio, a local web application: choose items of your library, run your own Kometa on them, and ' +
        'look at before and after.',
    )
    .option(
      '--host <address>',
      'the address to listen on; an address that other machines can reach needs a password',
      '127.0.0.1',
    )
    .option('--port <number>', 'the port; 0 for any free port', parsePort, studioPort)
    .option('--config <file>', 'the config.yml of your Kometa, connected at the start')
    .option('--kometa <dir>', 'the Kometa checkout, a version of setup, or docker:IMAGE (default: KOMETA_HOME)')
    .option('--python <path>', "Kometa's Python (default: KOMETA_PYTHON, the checkout's venv, python3)")
    .option('--password-file <file>', 'a file whose first line is the password (or set KOMETA_PREVIEW_PASSWORD)')
    .option(
      '--allow-folder <dir>',
      'a folder, besides your home, where configs may be chosen and which pasted configs may read; repeatable',
      collect,
      [],
    )
    .option('--allow-host <name>', 'a host name under which a reverse proxy serves the studio; repeatable', collect, [])
    .addOption(isolateOption())
    .option('--job <dir>', 'also show this job folder, made with `run --out`; repeatable', collect, [])
    .option('--data <dir>', "our own data folder (default: the platform's)")
    .addHelpText(
      'after',
      `
Examples:
  kometa-preview serve --kometa ~/kometa --config ~/kometa/config/config.yml
  kometa-preview serve                                              the studio asks for the config
  kometa-preview serve --job ./before-the-change --job ./after-it   also shows jobs made with run --out
  kometa-preview serve --host 0.0.0.0 --password-file ./password    other machines may connect with the password
  kometa-preview serve --allow-host kometa.example.org              behind a reverse proxy on this machine`,
    )
    .action((options: ServeCommandOptions) => serve(options, context))
}

async function serve(options: ServeCommandOptions, { env, version, err }: CliContext): Promise<void> {
  const data = dataDir(options.data, env)
  const config = options.config === undefined ? undefined : await findConfig(options.config, env)
  using cancel = cancelOnSignals()
  const given = await readPassword(options.passwordFile, env)
  const generated = given === undefined && !isLoopback(options.host) ? randomBytes(12).toString('base64url') : undefined
  await using studio = await startStudio({
    host: options.host,
    port: options.port,
    dataDir: data,
    password: given ?? generated,
    allowedFolders: allowedFolders(config, options),
    allowedHosts: options.allowHost,
    makeRenderer: () => kometaRenderer(options, data, env),
    isolate: options.isolate,
    env: withoutPassword(env),
    version,
    jobFolders: await jobFolders(options.job),
    configPath: config,
    onFailure: (error, scrub) => err.print(...errorLines(error, scrub)),
  })
  err.print(`Kometa Preview is at ${studio.url}`)
  if (generated !== undefined) {
    err.print(
      `Password: ${generated}`,
      `  It is needed because others can reach ${options.host}. It is shown only now; --password-file sets your own.`,
    )
  }
  if (!cancel.signal.aborted) await once(cancel.signal, 'abort')
}

function allowedFolders(config: string | undefined, { allowFolder }: ServeCommandOptions): string[] {
  const own = config === undefined ? [] : [dirname(config)]
  return [...own, ...allowFolder, containerConfig, homedir(), process.cwd()]
}

/** The user has typed these names, so a folder without a job is an error. */
async function jobFolders(folders: readonly string[]): Promise<string[]> {
  for (const folder of folders) {
    const info = await stat(join(folder, 'logs')).catch(() => null)
    if (!info?.isDirectory()) {
      throw new AppError('JOB_NOT_FOUND', `${folder} is not a job folder: it has no logs`, {
        hint: 'Name the folder that `run --out` wrote.',
      })
    }
  }
  return folders.map((folder) => resolve(folder))
}

async function readPassword(file: string | undefined, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (file === undefined) return env.KOMETA_PREVIEW_PASSWORD || undefined
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('BAD_USAGE', `the password file ${file} cannot be read`, {
      hint: 'Its first line is the password.',
      cause,
    })
  })
  const password = text.split(/\r?\n/, 1)[0] ?? ''
  if (password !== '') return password
  throw new AppError('BAD_USAGE', `the password file ${file} is empty`, { hint: 'Its first line is the password.' })
}

/** Neither a child process nor a config may see the studio's own password. */
function withoutPassword({ KOMETA_PREVIEW_PASSWORD: _password, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env
}
