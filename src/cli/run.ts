import { join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { type ConfigSource, loadJobConfig } from '../config/read/user-config.ts'
import { openTrust } from '../config/trust/trust.ts'
import { AppError } from '../contract/errors.ts'
import type { Summary } from '../contract/summary.ts'
import type { IsolateMode } from '../kometa/isolation/isolation.ts'
import { runJob } from '../run/run.ts'
import { type WatchOptions, watchJob } from '../run/watch/watch-job.ts'
import { formatLogLine } from '../util/job-log.ts'
import type { CliContext } from './context.ts'
import { kometaRenderer } from './kometa-renderer.ts'
import { dataDir, newJobName } from './options/data-dir.ts'
import { isolateOption } from './options/isolate-option.ts'
import { collect, collectSecret, parseCount, parsePort } from './options/parse-values.ts'
import { checkTrustJob, trustJobOption } from './options/trust-job-option.ts'
import { cancelOnSignals } from './screen/cancel.ts'
import { createProgress } from './screen/progress.ts'
import { exitCodeOf, reportSummary } from './screen/report.ts'
import { tellWatching } from './screen/tell-watching.ts'

interface RunCommandOptions {
  config?: string
  job?: string
  target: string[]
  library?: string
  out?: string
  kometa?: string
  python?: string
  secret: Record<string, string>
  kometaConfigDir?: string
  kometaCwd?: string
  trustJob?: boolean
  keepWorkspace?: boolean
  scope: boolean
  port?: number
  jobs?: number
  idleTimeout?: number
  isolate: IsolateMode
  data?: string
  json?: boolean
  fresh?: boolean
  watch?: boolean
  strict?: boolean
}

export function addRunCommand(program: Command, context: CliContext): void {
  program
    .command('run')
    .summary('preview a few items with your own Kometa, config and Plex')
    .description(
      'Runs your real Kometa with your own config on the targets. A proxy between Kometa and Plex blocks every ' +
        'write and keeps each picture.',
    )
    .addOption(new Option('--config <file>', "your Kometa's config.yml").conflicts('job'))
    .option('--job <dir>', 'a prepared job: DIR/config/preview.yml or DIR/preview.yml')
    .option('--target <spec>', 'what to preview; may be given more than once', collect, [])
    .option('--library <name>', 'look for targets only in this library')
    .option('--out <dir>', 'the job folder (default: a new one in the data folder)')
    .option('--kometa <dir>', 'the Kometa checkout, a version of setup, or docker:IMAGE (default: KOMETA_HOME)')
    .option('--python <path>', "Kometa's Python (default: KOMETA_PYTHON, the checkout's venv, python3)")
    .option(
      '--secret <name=value>',
      'a value for <<name>> in the config; may be given more than once. Other users see it in the list of ' +
        'processes; they do not see KOMETA_NAME=value in your environment',
      collectSecret,
      {},
    )
    .option('--kometa-config-dir <dir>', 'the folder that holds "overlays/<library> Original Posters"')
    .option('--kometa-cwd <dir>', 'the folder that your Kometa is started in; relative paths start there')
    .addOption(trustJobOption())
    .option('--no-scope', 'let Kometa see the whole library; this is slow, and only useful to compare')
    .option(
      '--jobs <n>',
      'how many libraries are drawn at the same time (default: the number of processor cores)',
      parseCount,
    )
    .option('--port <number>', 'the port on 127.0.0.1 where the proxy listens (default: 32500)', parsePort)
    .option('--idle-timeout <minutes>', 'end Kometa when it logs nothing for this time (default: 10)', parseCount)
    .addOption(isolateOption())
    .option(
      '--watch',
      'preview again each time the config, an overlay file or an asset changes, until you press Ctrl-C',
    )
    .option('--fresh', 'with --watch: ask Plex for everything again each time')
    .option('--strict', 'exit with 1 also if Kometa left out a file or a definition of the config')
    .option('--keep-workspace', 'keep the private folder that Kometa ran in; it holds your API keys')
    .option('--data <dir>', "our own data folder (default: the platform's)")
    .option('--json', 'print the summary on standard output, and nothing else there')
    .addHelpText(
      'after',
      `
A target is a ratingKey, "Title", "Title (Year)", "Show S01E02", "Show Season 1", "Show Specials",
an address of Plex Web or a plex:// guid.
The pictures are in the job folder: input/*_before.* and output/*_after.*. output/summary.json has the result.

Exit codes: 0 every target has its picture; 1 the job failed, or a picture is missing or incomplete, or, with --strict,
Kometa left something out of the config; 2 bad usage or config, nothing was started; 130 cancelled.

Examples:
  kometa-preview run --config config/config.yml --kometa ~/kometa --target "Metropolis (1927)"
  kometa-preview run --config config/config.yml --target "Dragnet S01E02" --target 4711 --library "TV Shows"
  kometa-preview run --config config/config.yml --kometa docker:kometateam/kometa:v2.4.4 --target 4711
  kometa-preview run --config config/config.yml --secret plextoken="$PLEX_TOKEN" --target 4711
  kometa-preview run --config config/config.yml --target "Metropolis (1927)" --out ./try --watch
  kometa-preview run --job ./jobs/my-preview --json > result.json`,
    )
    .action((options: RunCommandOptions) => run(options, context))
}

async function run(options: RunCommandOptions, context: CliContext): Promise<void> {
  const { env, out, err } = context
  checkTrustJob(options)
  const source = sourceOf(options)
  const data = dataDir(options.data, env)
  using cancel = cancelOnSignals()
  const progress = createProgress({ screen: err })
  const renderer = await kometaRenderer(options, data, env, cancel.signal)
  const trust = openTrust(data)
  await trust.vault.tidy()
  const load = () =>
    loadJobConfig(source, {
      env,
      trust,
      trustJob: options.trustJob === true,
      secrets: options.secret,
      readYaml: renderer.readYaml,
      ...(renderer.dir === null ? {} : { kometaDir: renderer.dir }),
      ...(options.kometaConfigDir === undefined ? {} : { kometaConfigDir: resolve(options.kometaConfigDir) }),
      ...(options.kometaCwd === undefined ? {} : { kometaCwd: resolve(options.kometaCwd) }),
    })
  const jobDir = options.job ?? options.out ?? join(data, 'jobs', newJobName(new Date()))
  const request: WatchOptions['request'] = {
    jobDir,
    specs: options.target,
    library: options.library,
    renderer,
    dataDir: data,
    keepWorkspace: options.keepWorkspace === true,
    writeJobFile: source.kind === 'config',
    scoped: options.scope,
    fresh: options.fresh,
    proxyPort: options.port,
    jobs: options.jobs,
    idleTimeoutMs: options.idleTimeout === undefined ? undefined : options.idleTimeout * 60_000,
    isolate: options.isolate,
    env,
    signal: cancel.signal,
    onEvent: progress.event,
    onLine: ({ level, text }) => err.print(formatLogLine(level, text)),
  }
  const show = (summary: Summary): void => {
    progress.end()
    if (options.json) out.json(summary, options.watch ? 0 : 2)
    else err.print(...reportSummary(summary, resolve(jobDir), data))
  }
  try {
    const summary = options.watch
      ? await watchJob({ request, load, ...tellWatching(err, show) })
      : await runJob({ ...request, config: await load() })
    if (!options.watch) show(summary)
    context.setExitCode(exitCodeOf(summary, { strict: options.strict === true }))
  } finally {
    progress.end()
  }
}

function sourceOf({ config, job, out }: RunCommandOptions): ConfigSource {
  if (job !== undefined) {
    if (out !== undefined)
      throw new AppError('BAD_USAGE', '--out needs --config: a prepared job is written into its own folder')
    return { kind: 'job', jobDir: job }
  }
  if (config !== undefined) return { kind: 'config', configPath: config }
  throw new AppError('BAD_USAGE', 'run needs --config FILE or --job DIR', {
    hint: 'Try: kometa-preview run --config config/config.yml --target "Metropolis (1927)"',
  })
}
