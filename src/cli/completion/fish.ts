import type { CommandModel, OptionModel } from './command-model.ts'

/** The completion script for fish, a file in ~/.config/fish/completions. */
export function fishCompletion(commands: readonly CommandModel[]): string {
  const lines = [
    '# fish completion for kometa-preview: kometa-preview completion fish > ' +
      '~/.config/fish/completions/kometa-preview.fish',
    // Files are offered only after options that take a file.
    line('-f'),
    line('-s h -l help', 'show this help'),
    line(`-n __fish_use_subcommand -s V -l version`, 'print the version'),
    ...commands.map(({ name, summary }) => line(`-n __fish_use_subcommand -a ${name}`, summary)),
    line('-n __fish_use_subcommand -a help', 'show the help of a command'),
    line(`-n '__fish_seen_subcommand_from help' -a '${commands.map(({ name }) => name).join(' ')}'`),
    ...commands.flatMap(commandLines),
  ]
  return `${lines.join('\n')}\n`
}

function commandLines({ name, options, values }: CommandModel): string[] {
  const when = `-n '__fish_seen_subcommand_from ${name}'`
  const choices = values.flatMap(({ kind }) => (typeof kind === 'string' ? [] : kind))
  return [
    ...(choices.length === 0 ? [] : [line(`${when} -a '${choices.join(' ')}'`)]),
    ...options.map((option) => {
      const short = option.short === null ? '' : ` -s ${option.short.slice(1)}`
      return line(`${when}${short} -l ${option.long.slice(2)}${takes(option)}`, option.description)
    }),
  ]
}

/** -r: the option takes a value; -F: offer files; -x: offer no files. */
function takes({ value }: OptionModel): string {
  if (value === null) return ''
  if (value.kind === 'file') return ' -r -F'
  if (value.kind === 'folder') return " -x -a '(__fish_complete_directories)'"
  return value.kind === 'text' ? ' -x' : ` -x -a '${value.kind.join(' ')}'`
}

function line(what: string, description = ''): string {
  const words = description === '' ? '' : ` -d '${description.replace(/[\\']/g, '\\$&')}'`
  return `complete -c kometa-preview ${what}${words}`
}
