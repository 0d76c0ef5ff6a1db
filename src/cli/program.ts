import { readFileSync } from 'node:fs'
import { Command, CommanderError, Help, type Option } from 'commander'
import type { CliContext, ExitCode } from './context.ts'
import { type Screens, standardScreens } from './screen/screen.ts'
import { errorLines, userError } from './screen/terminal.ts'

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

/**
 * The commands, in the order of the help. A command is loaded when it is called, since loading all of them takes long.
 */
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

/** The program with the command that the arguments begin with, or with all commands if they begin with none. */
export async function createProgram(context: CliContext, args: readonly string[] = []): Promise<Command> {
  const program = new Command('kometa-preview')
    .description('See what Kometa would draw on your Plex posters, before it does. Plex is read, never written.')
    .version(context.version)
    .helpOption('-h, --help', 'show this help')
    // Makes `setup --version` an option of the command.
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ optionDescription: withoutEmptyDefault })
    .configureOutput({ writeOut: context.out.document, writeErr: context.err.document })
    .showHelpAfterError('Try: kometa-preview --help')
    .addHelpText('after', examples)
  // The completion script is made of all commands.
  const wanted = Object.entries(commands).filter(([name]) => name === args[0] && name !== 'completion')
  for (const [, load] of wanted.length > 0 ? wanted : Object.entries(commands)) (await load())(program, context)
  for (const command of program.commands) command.showHelpAfterError(`Try: kometa-preview ${command.name()} --help`)
  return program
}

/** An option that collects its values begins with none, which the help need not say. */
function withoutEmptyDefault(this: Help, option: Option): string {
  return Help.prototype.optionDescription.call(this, option).replace(/ \(default: (?:\[\]|\{\})\)$/, '')
}

const examples = `
Your first picture, without Plex and without Kometa:
  kometa-preview demo                      a sample library in the browser, at http://127.0.0.1:8787

Your own library, in the browser; ~/kometa is the folder that holds kometa.py:
  kometa-preview serve --kometa ~/kometa --config ~/kometa/config/config.yml

Or on the command line; the last line names the folder with the pictures:
  kometa-preview run --kometa ~/kometa --config ~/kometa/config/config.yml --target "Metropolis (1927)"

If there is no Kometa on this machine, or something does not work:
  kometa-preview setup                     installs a separate Kometa; then you need no --kometa
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
