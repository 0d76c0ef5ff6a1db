import { once } from 'node:events'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { loadJobConfig } from '../config/read/user-config.ts'
import { type DemoWorld, sampleRenderer, startDemoWorld } from '../demo/demo-world.ts'
import type { Renderer } from '../run/kometas/renderer.ts'
import { runJob } from '../run/run.ts'
import { startStudio } from '../server/studio.ts'
import { formatLogLine } from '../util/job-log.ts'
import type { CliContext } from './context.ts'
import { kometaRenderer } from './kometa-renderer.ts'
import { dataDir, newJobName } from './options/data-dir.ts'
import { collect, parsePort, studioPort } from './options/parse-values.ts'
import { cancelOnSignals } from './screen/cancel.ts'
import { createProgress } from './screen/progress.ts'
import { exitCodeOf, reportSummary } from './screen/report.ts'
import { errorLines } from './screen/terminal.ts'

interface DemoCommandOptions {
  once?: boolean
  port: number
  kometa?: string
  python?: string
  target: string[]
  out?: string
  data?: string
  json?: boolean
}

export function addDemoCommand(program: Command, context: CliContext): void {
  program
    .command('demo')
    .summary('try it with a sample Plex: no Plex and no Kometa needed')
    .description(
      'Serves the studio with a sample Plex that holds public-domain films and shows. With --once it previews a ' +
        'few of them and ends. A stand-in for Kometa draws the pictures, unless --kometa names a real Kometa.',
    )
    .option('--once', 'run one job and end')
    .option(
      '--port <number>',
      'the port on 127.0.0.1 where the studio listens; 0 for any free port',
      parsePort,
      studioPort,
    )
    .option('--kometa <dir>', 'draw with the real Kometa of this checkout, or docker:IMAGE')
    .option('--python <path>', "Kometa's Python")
    .option('--target <spec>', 'what to preview (default: items of different types and qualities)', collect, [])
    .option('--out <dir>', 'the job folder (default: a new one in the data folder)')
    .option('--data <dir>', "our own data folder (default: the platform's)")
    .option('--json', 'print the summary on standard output, and nothing else there')
    .addHelpText(
      'after',
      `
Examples:
  kometa-preview demo                                        the studio, until you press Ctrl-C
  kometa-preview demo --once --out ./demo                    one job, with its pictures in ./demo/output
  kometa-preview demo --once --target "Metropolis (1927)"
  kometa-preview demo --kometa ~/kometa                      the sample library, drawn by your real Kometa`,
    )
    .action((options: DemoCommandOptions) => demo(options, context))
}

async function demo(options: DemoCommandOptions, context: CliContext): Promise<void> {
  const data = dataDir(options.data, context.env)
  using cancel = cancelOnSignals()
  const makeRenderer = async () =>
    options.kometa === undefined ? sampleRenderer() : kometaRenderer(options, data, context.env, cancel.signal)
  await using world = await startDemoWorld()
  if (options.once !== true) {
    // `return serveDemo(...)` would stop the sample Plex too early.
    await serveDemo(world, { options, context, data, makeRenderer, signal: cancel.signal })
    return
  }
  const renderer = await makeRenderer()
  const config = await loadJobConfig({ kind: 'config', configPath: world.configPath }, { env: {} })
  const jobDir = options.out ?? join(data, 'jobs', `demo_${newJobName(new Date())}`)
  const { out, err } = context
  const progress = createProgress({ screen: err })
  try {
    const chosen = { ...config, preview: { ...config.preview, targets: world.targets } }
    const summary = await runJob({
      config: options.target.length > 0 ? config : chosen,
      jobDir,
      specs: options.target,
      renderer,
      dataDir: data,
      keepWorkspace: false,
      writeJobFile: false,
      scoped: true,
      proxyPort: 0,
      env: context.env,
      signal: cancel.signal,
      onEvent: progress.event,
      onLine: ({ level, text }) => err.print(formatLogLine(level, text)),
    })
    progress.end()
    if (options.json) out.json(summary, 2)
    else err.print(...reportSummary(summary, resolve(jobDir)))
    context.setExitCode(exitCodeOf(summary))
  } finally {
    progress.end()
  }
}

interface ServeDemo {
  options: DemoCommandOptions
  context: CliContext
  data: string
  makeRenderer: () => Promise<Renderer>
  signal: AbortSignal
}

/** Serves the studio with the sample Plex until Ctrl-C. The demo's jobs have a data folder of their own. */
async function serveDemo(world: DemoWorld, { options, context, data, makeRenderer, signal }: ServeDemo): Promise<void> {
  await using studio = await startStudio({
    host: '127.0.0.1',
    port: options.port,
    dataDir: join(data, 'demo'),
    allowedFolders: [dirname(world.configPath)],
    makeRenderer,
    env: { PATH: context.env.PATH },
    version: context.version,
    configPath: world.configPath,
    demo: true,
    onFailure: (error, scrub) => context.err.print(...errorLines(error, scrub)),
  })
  context.err.print(`Kometa Preview, with a sample Plex, is at ${studio.url}`, 'Press Ctrl-C to end it.')
  if (!signal.aborted) await once(signal, 'abort')
}
