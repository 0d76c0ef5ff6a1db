import { Argument, type Command } from 'commander'
import type { CliContext } from '../context.ts'
import { bashCompletion } from './bash.ts'
import { describeCommands } from './command-model.ts'
import { fishCompletion } from './fish.ts'
import { zshCompletion } from './zsh.ts'

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const
type Shell = keyof typeof scripts

export function addCompletionCommand(program: Command, { out }: CliContext): void {
  program
    .command('completion')
    .summary('print the completion script for your shell')
    .description('Prints a script that lets the Tab key complete commands, options, files and fixed values.')
    .addArgument(new Argument('<shell>', 'your shell').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      `
Examples:
  echo 'eval "$(kometa-preview completion bash)"' >> ~/.bashrc
  echo 'eval "$(kometa-preview completion zsh)"' >> ~/.zshrc       after the line with compinit
  kometa-preview completion fish > ~/.config/fish/completions/kometa-preview.fish`,
    )
    .action((shell: Shell) => {
      out.document(scripts[shell](describeCommands(program)))
    })
}
