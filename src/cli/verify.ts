import type { Command } from 'commander'
import { type ConfigSource, loadJobConfig } from '../config/read/user-config.ts'
import { openTrust } from '../config/trust/trust.ts'
import type { VerifyCheck, VerifyReport } from '../contract/verification.ts'
import { verifyJob } from '../run/verify/verify-job.ts'
import type { CliContext } from './context.ts'
import { dataDir } from './options/data-dir.ts'
import { trustJobOption } from './options/trust-job-option.ts'
import { cancelOnSignals } from './screen/cancel.ts'
import { type Line, painted } from './screen/screen.ts'

interface VerifyCommandOptions {
  job: string
  config?: string
  trustJob?: boolean
  data?: string
  json?: boolean
}

export function addVerifyCommand(program: Command, context: CliContext): void {
  program
    .command('verify')
    .summary('check an earlier job: its ledger, its pictures, and Plex as it is now')
    .description(
      'Prints one line per check: ok, problem, or unknown if it could not be checked. The exit code is 1 if there ' +
        'is a problem.',
    )
    .requiredOption('--job <dir>', 'the job folder')
    .option('--config <file>', 'the config that names your Plex (default: the config that the job names)')
    .addOption(trustJobOption())
    .option('--data <dir>', "our own data folder (default: the platform's)")
    .option('--json', 'print the report on standard output, and nothing else there')
    .addHelpText(
      'after',
      `
Each difference between Plex now and Plex before the run is a problem here, even one that a real run of Kometa has made.

Examples:
  kometa-preview verify --job ./jobs/my-preview
  kometa-preview verify --job ./jobs/my-preview --config config/config.yml
  kometa-preview verify --job ./jobs/my-preview --json | jq .ok`,
    )
    .action((options: VerifyCommandOptions) => verify(options, context))
}

async function verify(options: VerifyCommandOptions, context: CliContext): Promise<void> {
  const { env, out } = context
  using cancel = cancelOnSignals()
  const source: ConfigSource =
    options.config === undefined ? { kind: 'job', jobDir: options.job } : { kind: 'config', configPath: options.config }
  const data = dataDir(options.data, env)
  const load = () => loadJobConfig(source, { env, trust: openTrust(data), trustJob: options.trustJob === true })
  const report = await verifyJob(options.job, { config: load, dataDir: data, signal: cancel.signal }, (check) => {
    if (!options.json) out.print(checkLine(check))
  })
  if (options.json) out.json(report, 2)
  else out.print('', lastLine(report))
  context.setExitCode(report.ok ? 0 : 1)
}

const styles = { ok: 'green', problem: 'red', unknown: 'yellow' } as const
const labels: Record<VerifyCheck['id'], string> = {
  summary: 'Summary',
  ledger: 'Ledger',
  writes: 'Writes',
  outputs: 'Pictures',
  certificate: 'Plex before and after the run',
  live: 'Plex now',
}

function checkLine({ id, status, detail }: VerifyCheck): Line {
  return [painted(styles[status], status.padEnd(8)), ` ${labels[id]}: ${detail}`]
}

function lastLine({ ok, checks }: VerifyReport): string {
  const problems = checks.filter(({ status }) => status === 'problem').length
  if (!ok) return problems === 1 ? '1 problem.' : `${problems} problems.`
  return checks.some(({ status }) => status === 'unknown')
    ? 'No problem was found, but not everything could be checked.'
    : 'Everything is fine.'
}
