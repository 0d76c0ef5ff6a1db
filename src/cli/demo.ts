import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { loadJobConfig } from '../config/job-config.ts'
import { sampleRenderer, startDemoWorld } from '../demo/demo-world.ts'
import { runJob } from '../run/run.ts'
import { formatLogLine } from '../util/job-log.ts'
import { cancelOnSignals } from './cancel.ts'
import { dataDir, newJobName } from './data-dir.ts'
import { kometaRenderer } from './kometa-renderer.ts'
import type { CliContext } from './program.ts'
import { createProgress } from './progress.ts'
import { exitCodeOf, reportSummary } from './report.ts'

interface DemoCommandOptions {
  once?: boolean
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
      'Starts a sample Plex with public-domain films and shows and previews a few of them. The pictures are drawn by a stand-in for Kometa, unless --kometa names the real one.',
    )
    .option('--once', 'run one job and end')
    .option('--kometa <dir>', 'draw with the real Kometa of this checkout')
    .option('--python <path>', "Kometa's Python")
    .option(
      '--target <spec>',
      'what to preview (default: items that differ in what overlays look at)',
      (value, all: string[]) => [...all, value],
      [],
    )
    .option('--out <dir>', 'the job folder (default: a new one in the data folder)')
    .option('--data <dir>', "our own data folder (default: the platform's)")
    .option('--json', 'print the summary on standard output, and nothing else there')
    .action((options: DemoCommandOptions) => demo(options, context))
}

async function demo(options: DemoCommandOptions, context: CliContext): Promise<void> {
  const { env } = context
  const data = dataDir(options.data, env)
  using cancel = cancelOnSignals()
  const renderer = options.kometa === undefined ? sampleRenderer() : await kometaRenderer(options, data, env)
  await using world = await startDemoWorld()
  const config = await loadJobConfig({ kind: 'config', configPath: world.configPath }, { env: {} })
  const jobDir = options.out ?? join(data, 'jobs', `demo_${newJobName(new Date())}`)
  const progress = createProgress({ stream: process.stderr })
  try {
    const summary = await runJob({
      config:
        options.target.length > 0 ? config : { ...config, preview: { ...config.preview, targets: world.targets } },
      jobDir,
      specs: options.target,
      renderer,
      dataDir: data,
      keepWorkspace: false,
      writeJobFile: false,
      scoped: true,
      proxyPort: 0,
      env,
      signal: cancel.signal,
      onEvent: progress.event,
      onLine: ({ level, text }) => progress.line(formatLogLine(level, text)),
    })
    progress.end()
    if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
    else process.stderr.write(`${reportSummary(summary, resolve(jobDir), process.stderr.isTTY === true)}\n`)
    context.setExitCode(exitCodeOf(summary))
  } finally {
    progress.end()
  }
}
