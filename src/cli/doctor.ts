import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { type ConfigSource, loadConfirmedConfig } from '../config/read/user-config.ts'
import { openTrust } from '../config/trust/trust.ts'
import type { DoctorCheck } from '../contract/doctor.ts'
import { runDoctor } from '../run/doctor/doctor.ts'
import type { CliContext } from './context.ts'
import { kometaRenderer } from './kometa-renderer.ts'
import { dataDir } from './options/data-dir.ts'
import { collectSecret, studioPort } from './options/parse-values.ts'
import { checkTrustJob, trustJobOption } from './options/trust-job-option.ts'
import { cancelOnSignals } from './screen/cancel.ts'
import { type Line, painted } from './screen/screen.ts'

interface DoctorCommandOptions {
  config?: string
  job?: string
  kometa?: string
  python?: string
  secret: Record<string, string>
  kometaConfigDir?: string
  kometaCwd?: string
  trustJob?: boolean
  data?: string
  json?: boolean
}

export function addDoctorCommand(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .summary('check everything that a preview needs, and say what to do')
    .description(
      'Prints one line per check: ok, warning or problem, and what to do after "->". The exit code is 1 if there ' +
        'is a problem, else 0. It takes some seconds, even if nothing can be reached.',
    )
    .addOption(new Option('--config <file>', "your Kometa's config.yml").conflicts('job'))
    .option('--job <dir>', 'a prepared job: DIR/config/preview.yml or DIR/preview.yml')
    .option('--kometa <dir>', 'the Kometa checkout, a version of setup, or docker:IMAGE (default: KOMETA_HOME)')
    .option('--python <path>', "Kometa's Python (default: KOMETA_PYTHON, the checkout's venv, python3)")
    .option(
      '--secret <name=value>',
      'a value for <<name>> in the config; may be given more than once',
      collectSecret,
      {},
    )
    .option('--kometa-config-dir <dir>', 'the folder that holds "overlays/<library> Original Posters"')
    .option('--kometa-cwd <dir>', 'the folder that your Kometa is started in; relative paths start there')
    .addOption(trustJobOption())
    .option('--data <dir>', "our own data folder (default: the platform's)")
    .option('--json', 'print the report on standard output, and nothing else there')
    .addHelpText(
      'after',
      `
Examples:
  kometa-preview doctor                                         this machine and Kometa
  kometa-preview doctor --config config/config.yml              also your config, its Plex and its overlay files
  kometa-preview doctor --job ./jobs/my-preview                 the same for a prepared job
  kometa-preview doctor --config config/config.yml --json | jq '.checks[] | select(.status != "ok")'`,
    )
    .action((options: DoctorCommandOptions) => doctor(options, context))
}

async function doctor(options: DoctorCommandOptions, context: CliContext): Promise<void> {
  const { env, out } = context
  // A name look-up in the C library keeps the process alive: half a minute by default, if no name server answers.
  process.env.RES_OPTIONS ??= 'timeout:2 attempts:1'
  const data = dataDir(options.data, env)
  using cancel = cancelOnSignals()
  checkTrustJob(options)
  const source = sourceOf(options)
  const report = await runDoctor(
    {
      env,
      dataDir: data,
      nodeVersion: process.version,
      studioPort,
      kometa: () => kometaRenderer(options, data, env, cancel.signal),
      config:
        source === null
          ? null
          : (kometa) =>
              loadConfirmedConfig(source, {
                env,
                trust: openTrust(data),
                trustJob: options.trustJob === true,
                secrets: options.secret,
                readYaml: kometa?.readYaml,
                ...(kometa?.dir ? { kometaDir: kometa.dir } : {}),
                ...(options.kometaConfigDir === undefined ? {} : { kometaConfigDir: resolve(options.kometaConfigDir) }),
                ...(options.kometaCwd === undefined ? {} : { kometaCwd: resolve(options.kometaCwd) }),
              }),
      signal: cancel.signal,
    },
    (check) => {
      if (!options.json) out.print(checkLine(check))
    },
  )
  if (options.json) out.json(report, 2)
  else out.print('', summaryLine(report))
  context.setExitCode(report.problems > 0 ? 1 : 0)
}

function sourceOf({ config, job }: DoctorCommandOptions): ConfigSource | null {
  if (job !== undefined) return { kind: 'job', jobDir: job }
  return config === undefined ? null : { kind: 'config', configPath: config }
}

const styles = { ok: 'green', warning: 'yellow', problem: 'red', skipped: 'dim' } as const

function checkLine({ status, label, detail, fix }: DoctorCheck): Line {
  return [painted(styles[status], status.padEnd(8)), ` ${label}: ${detail}${fix === '' ? '' : ` -> ${fix}`}`]
}

function summaryLine({ problems, warnings }: { problems: number; warnings: number }): string {
  if (problems === 0 && warnings === 0) return 'Everything is fine.'
  const parts = [
    problems === 1 ? '1 problem' : `${problems} problems`,
    warnings === 1 ? '1 warning' : `${warnings} warnings`,
  ]
  return `${parts.join(', ')}.`
}
