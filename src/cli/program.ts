import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { AppError } from '../contract/errors.ts'

import { addDemoCommand } from './demo.ts'
import { addDoctorCommand } from './doctor.ts'
import { addProxyCommand } from './proxy.ts'
import { addRunCommand } from './run.ts'
import { addServeCommand } from './serve.ts'
import { addSetupCommand } from './setup.ts'
import { formatError } from './terminal.ts'
import { addVerifyCommand } from './verify.ts'

/** Exit codes: 0 all exported, 1 the job failed or a target is missing, 2 bad usage or config, 130 cancelled. */
export type ExitCode = 0 | 1 | 2 | 130

/** What every command gets: it sets the exit code, and never ends the process itself. */
export interface CliContext {
  env: NodeJS.ProcessEnv
  /** Ours, as in package.json. */
  version: string
  setExitCode(code: ExitCode): void
}

/** Runs one command line to its end. */
export async function runCli(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const context: CliContext = {
    env,
    version: ownVersion(),
    setExitCode: (code) => {
      exitCode = code
    },
  }
  const program = createProgram(context)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    process.stderr.write(`${formatError(error, process.stderr.isTTY === true)}\n`)
    return error instanceof AppError ? error.exitCode : 1
  }
  return exitCode
}

export function createProgram(context: CliContext): Command {
  const program = new Command('kometa-preview')
    .description('See what Kometa would draw on your Plex posters, before it does. Plex is read, never written.')
    .version(context.version)
    .helpOption('-h, --help', 'show this help')
    // So that `setup --version` is the command's own.
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('Run with --help to see the options.')
    .addHelpText('after', examples)
  for (const add of [
    addServeCommand,
    addRunCommand,
    addDemoCommand,
    addDoctorCommand,
    addVerifyCommand,
    addSetupCommand,
    addProxyCommand,
  ])
    add(program, context)
  return program
}

const examples = `
Your first picture:
  kometa-preview demo --once                                  a sample library, no Plex and no Kometa needed
  kometa-preview run --config ~/kometa/config/config.yml \\
      --kometa ~/kometa --target "Metropolis (1927)"          your own config, your own Plex, your own Kometa
`

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const parsed: unknown = JSON.parse(text)
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed && typeof parsed.version === 'string') {
    return parsed.version
  }
  throw new Error('package.json has no version')
}
