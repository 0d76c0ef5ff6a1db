import { styleText } from 'node:util'
import type { Command } from 'commander'
import { loadJobConfig } from '../config/job-config.ts'
import type { DoctorCheck } from '../contract/doctor.ts'
import { runDoctor } from '../run/doctor.ts'
import { cancelOnSignals } from './cancel.ts'
import { dataDir } from './data-dir.ts'
import { kometaRenderer } from './kometa-renderer.ts'
import type { CliContext } from './program.ts'
import { studioPort } from './serve.ts'

interface DoctorCommandOptions {
  config?: string
  kometa?: string
  python?: string
  data?: string
  json?: boolean
}

export function addDoctorCommand(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .summary('look at all that a preview needs, and say what to do')
    .description('One line per check: ok, warning or problem, with what to do. Exit code 1 when there is a problem.')
    .option('--config <file>', "your Kometa's config.yml")
    .option('--kometa <dir>', 'the Kometa checkout, a version of setup, or docker:IMAGE (default: KOMETA_HOME)')
    .option('--python <path>', "Kometa's Python")
    .option('--data <dir>', "our own data folder (default: the platform's)")
    .option('--json', 'print the report on standard output, and nothing else there')
    .addHelpText(
      'after',
      `
Examples:
  kometa-preview doctor                                         this machine and Kometa
  kometa-preview doctor --config config/config.yml              and your config, its Plex, its overlay files
  kometa-preview doctor --config config/config.yml --json | jq '.checks[] | select(.status != "ok")'`,
    )
    .action((options: DoctorCommandOptions) => doctor(options, context))
}

async function doctor(options: DoctorCommandOptions, context: CliContext): Promise<void> {
  const { env } = context
  const data = dataDir(options.data, env)
  using cancel = cancelOnSignals()
  const { config: configPath } = options
  const color = process.stdout.isTTY === true
  const report = await runDoctor(
    {
      env,
      dataDir: data,
      nodeVersion: process.version,
      studioPort,
      kometa: () => kometaRenderer(options, data, env),
      config:
        configPath === undefined
          ? null
          : (kometaDir) =>
              loadJobConfig({ kind: 'config', configPath }, { env, ...(kometaDir === null ? {} : { kometaDir }) }),
      signal: cancel.signal,
    },
    (check) => {
      if (!options.json) process.stdout.write(`${formatCheck(check, color)}\n`)
    },
  )
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else process.stdout.write(`\n${summaryLine(report)}\n`)
  context.setExitCode(report.problems > 0 ? 1 : 0)
}

const styles = { ok: 'green', warning: 'yellow', problem: 'red', skipped: 'dim' } as const

function formatCheck({ status, label, detail, fix }: DoctorCheck, color: boolean): string {
  const word = status.padEnd(8)
  return `${color ? styleText(styles[status], word) : word} ${label}: ${detail}${fix === '' ? '' : ` -> ${fix}`}`
}

function summaryLine({ problems, warnings }: { problems: number; warnings: number }): string {
  if (problems === 0 && warnings === 0) return 'All is well.'
  const parts = [
    problems === 1 ? '1 problem' : `${problems} problems`,
    warnings === 1 ? '1 warning' : `${warnings} warnings`,
  ]
  return `${parts.join(', ')}.`
}
