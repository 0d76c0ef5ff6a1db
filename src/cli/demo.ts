import { once } from 'node:events'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { loadJobConfig } from '../config/read/user-config.ts'
import { type DemoWorld, sampleRenderer, startDemoWorld } from '../demo/demo-world.ts'
import type { Renderer } from '../run/kometas/renderer.ts'
import { runJob } from '../run/run.ts'
import { startStudio } from '../server/studio.ts'
import { formatLogLine } from '../util/job-log.ts'
import { kometaRenderer } from './kometa-renderer.ts'
import { dataDir, newJobName } from './options/data-dir.ts'
import { collect, parsePort, studioPort } from './options/parse-values.ts'
import type { CliContext } from './program.ts'
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
    .summary('the same job on a sample Plex: no Plex and no Kometa needed')
    .description(
      'Serves the studio on a sample Plex with public-domain films and shows; with --once it previews a few of them and ends. The pictures are drawn by a stand-in for Kometa, unless --kometa names the real one.',
    )
    .option('--once', 'run one job and end')
    .option('--port <number>', 'where the studio listens on 127.0.0.1; 0 for any free port', parsePort, studioPort)
    .option('--kometa <dir>', 'draw with the real Kometa of this checkout, or docker:IMAGE')
    .option('--python <path>', "Kometa's Python")
    .option('--target <spec>', 'what to preview (default: items that differ in what overlays look at)', collect, [])
    .option('--out <dir>', 'the job folder (default: a new one in the data folder)')
    .option('--data <dir>', "our own data folder (default: the platform's)")
    .option('--json', 'print the summary on standard output, and nothing else there')
    .addHelpText(
      'after',
      `
Examples:
  kometa-preview demo                                        the studio, until Ctrl-C
  kometa-preview demo --once --out ./demo                    one job: its pictures are in ./demo/output
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
    // Awaited here: the sample Plex goes when this function ends.
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

/** The studio on the sample Plex, until Ctrl-C. Its jobs go into a folder of the demo's own. */
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
  context.err.print(`Kometa Preview, on a sample Plex, is at ${studio.url}`, 'Ctrl-C ends it.')
  if (!signal.aborted) await once(signal, 'abort')
}
