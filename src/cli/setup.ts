import { type Command, Option } from 'commander'
import { AppError } from '../contract/errors.ts'
import {
  defaultKometaVersion,
  installsFolder,
  listInstalled,
  removeInstalled,
  setupSteps,
} from '../kometa/install/installed.ts'
import { setUpKometa } from '../kometa/install/setup.ts'
import { makeUsableFolder } from '../run/inputs/usable-folder.ts'
import { acquireJobLock } from '../run/job-folder/job-lock.ts'
import { openBeneath } from '../util/beneath/beneath.ts'
import type { CliContext } from './context.ts'
import { dataDir } from './options/data-dir.ts'
import { cancelOnSignals } from './screen/cancel.ts'
import type { Screen } from './screen/screen.ts'

interface SetupCommandOptions {
  version?: string
  from?: string
  python?: string
  list?: boolean
  remove?: string
  data?: string
}

const stepWords = {
  code: "Kometa's code",
  environment: 'Python environment',
  requirements: "Kometa's requirements",
  check: 'check',
} as const

export function addSetupCommand(program: Command, context: CliContext): void {
  program
    .command('setup')
    .summary('install a separate Kometa, if you have none on this machine')
    .description(
      'Installs a release of Kometa and a virtual environment for it into the data folder, with uv if it is ' +
        'installed, else with python3. Your own Kometa is not touched. An interrupted setup goes on where it ' +
        'stopped. Several versions can be installed; the newest is used, unless --kometa names another one.',
    )
    .option('--version <version>', 'which release', defaultKometaVersion)
    .option('--from <dir|tarball>', 'take the code from a checkout or an archive, not from GitHub')
    .option('--python <path>', 'the Python for the new environment (default: what uv chooses, else python3)')
    .addOption(new Option('--list', 'list the versions that are installed').conflicts(['remove', 'from']))
    .addOption(new Option('--remove <version>', 'remove a version').conflicts(['from']))
    .option('--data <dir>', "our own data folder (default: the platform's)")
    .addHelpText(
      'after',
      `
Examples:
  kometa-preview setup                          Kometa ${defaultKometaVersion} from GitHub
  kometa-preview setup --from ~/src/Kometa      a copy of your own checkout, without its config folder
  kometa-preview run --kometa ${defaultKometaVersion} --config config/config.yml --target "Metropolis (1927)"
  kometa-preview setup --list
  kometa-preview setup --remove ${defaultKometaVersion}`,
    )
    .action((options: SetupCommandOptions, command: Command) => {
      const named = command.getOptionValueSource('version') !== 'default'
      return setup({ ...options, version: named ? options.version : undefined }, context)
    })
}

async function setup(
  options: Omit<SetupCommandOptions, 'version'> & { version: string | undefined },
  { env, out, err }: CliContext,
): Promise<void> {
  const data = dataDir(options.data, env)
  if (options.list) return list(data, out)
  const folder = installsFolder(data)
  await makeUsableFolder(folder)
  await using _lock = await acquireJobLock(openBeneath(folder)).catch(inUse)
  if (options.remove !== undefined) {
    await removeInstalled(data, options.remove)
    out.print(`Removed Kometa ${options.remove}.`)
    return
  }
  using cancel = cancelOnSignals()
  const { version, from, python } = options
  const install = await setUpKometa({
    ...{ dataDir: data, version, from, python, env, signal: cancel.signal },
    onStep(step, index) {
      err.status(null)
      out.print(`${index + 1}/${setupSteps.length} ${stepWords[step]}`)
    },
    onLine: (line) => out.print(`    ${line}`),
    onBytes: createByteLine(err),
  })
  out.print(`Kometa ${install.version} is ready in ${install.dir}`)
}

async function list(data: string, out: Screen): Promise<void> {
  const installed = await listInstalled(data)
  if (installed.length === 0) out.print(`No Kometa is installed in ${installsFolder(data)}`)
  const taken = installed.find(({ ready }) => ready)
  for (const one of installed) {
    const state = one.ready
      ? one === taken
        ? 'ready, used unless you name another one'
        : 'ready'
      : 'unfinished: run setup again'
    const indent = ' '.repeat(13)
    out.print(`${one.version.padEnd(12)} ${state}`, `${indent}${one.dir}`, `${indent}from ${one.marker.source}`)
  }
}

/** Shows how much has been downloaded, on a terminal only. */
function createByteLine(screen: Screen): (bytes: number, total: number | null) => void {
  const shownEveryMs = 200
  let shownAt = 0
  return (bytes, total) => {
    const now = performance.now()
    if (now - shownAt < shownEveryMs && bytes !== total) return
    shownAt = now
    const megabytes = (count: number) => (count / 1_000_000).toFixed(1)
    screen.status(`    ${megabytes(bytes)}${total === null ? '' : ` of ${megabytes(total)}`} MB`)
    if (bytes === total) screen.status(null)
  }
}

function inUse(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'JOB_IN_USE') throw error
  throw new AppError('SETUP_FAILED', 'another setup is running in the same data folder', {
    hint: 'Wait until it has ended.',
    cause: error,
  })
}
