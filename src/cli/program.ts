import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { type Screens, standardScreens } from './screen/screen.ts'
import { errorLines, userError } from './screen/terminal.ts'

/** Exit codes: 0 all exported, 1 the job failed or a target is missing, 2 bad usage or config, 130 cancelled. */
export type ExitCode = 0 | 1 | 2 | 130

/** What every command gets: it sets the exit code, and never ends the process itself. */
export interface CliContext extends Screens {
  env: NodeJS.ProcessEnv
  /** Ours, as in package.json. */
  version: string
  setExitCode(code: ExitCode): void
}

/** Runs one command line to its end. */
export async function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  screens: Screens = standardScreens(),
): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const context: CliContext = {
    ...screens,
    env,
    version: ownVersion(),
    setExitCode: (code) => {
      exitCode = code
    },
  }
  try {
    const program = await createProgram(context, args)
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    context.err.print(...errorLines(error))
    return userError(error)?.exitCode ?? 1
  }
  return exitCode
}

/** In the order of the help. Each is loaded when it is called: loading all of them takes longer than most of what they do. */
const commands = {
  serve: async () => (await import('./serve.ts')).addServeCommand,
  run: async () => (await import('./run.ts')).addRunCommand,
  demo: async () => (await import('./demo.ts')).addDemoCommand,
  doctor: async () => (await import('./doctor.ts')).addDoctorCommand,
  verify: async () => (await import('./verify.ts')).addVerifyCommand,
  setup: async () => (await import('./setup.ts')).addSetupCommand,
  proxy: async () => (await import('./proxy.ts')).addProxyCommand,
  completion: async () => (await import('./completion/completion.ts')).addCompletionCommand,
}

/** The program with the command that these arguments begin with, or with all of them where they begin with none. */
export async function createProgram(context: CliContext, args: readonly string[] = []): Promise<Command> {
  const program = new Command('kometa-preview')
    .description('See what Kometa would draw on your Plex posters, before it does. Plex is read, never written.')
    .version(context.version)
    .helpOption('-h, --help', 'show this help')
    // So that `setup --version` is the command's own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: context.out.document, writeErr: context.err.document })
    .showHelpAfterError('Try: kometa-preview --help')
    .addHelpText('after', examples)
  // The completion script is made of all of them.
  const wanted = Object.entries(commands).filter(([name]) => name === args[0] && name !== 'completion')
  for (const [, load] of wanted.length > 0 ? wanted : Object.entries(commands)) (await load())(program, context)
  for (const command of program.commands) command.showHelpAfterError(`Try: kometa-preview ${command.name()} --help`)
  return program
}

const examples = `
Your first picture, without Plex and without Kometa:
  kometa-preview demo                      a sample library in the browser, at http://127.0.0.1:8787

Your own library, in the browser; ~/kometa is the folder that holds kometa.py:
  kometa-preview serve --kometa ~/kometa --config ~/kometa/config/config.yml

Or here, one target at a time; the last line names the folder with the pictures:
  kometa-preview run --kometa ~/kometa --config ~/kometa/config/config.yml --target "Metropolis (1927)"

No Kometa on this machine, or something does not work:
  kometa-preview setup                     installs a Kometa of our own; then leave --kometa away
  kometa-preview doctor --kometa ~/kometa --config ~/kometa/config/config.yml

Exit codes: 0 every target has its picture; 1 the job failed, or a picture is missing; 2 bad usage or config,
nothing was started; 130 cancelled. "kometa-preview help COMMAND" has the options and more examples.
`

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const parsed: unknown = JSON.parse(text)
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed && typeof parsed.version === 'string') {
    return parsed.version
  }
  throw new Error('package.json has no version')
}
