import { Command } from 'commander'
import { standardScreens } from '../../src/cli/screen/screen.ts'
import { addServeCommand } from '../../src/cli/serve.ts'

/** Runs only the serve command, in its own process. */
const program = new Command('kometa-preview').version('0.0.0-test')
addServeCommand(program, {
  env: process.env,
  version: '0.0.0-test',
  setExitCode: () => undefined,
  ...standardScreens(),
})
await program.parseAsync(process.argv.slice(2), { from: 'user' }).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
})
