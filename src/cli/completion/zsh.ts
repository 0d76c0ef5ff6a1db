import type { CommandModel, OptionModel } from './command-model.ts'

/** The completion script for zsh: sourced after compinit, or saved as `_kometa-preview` in a folder of $fpath. */
export function zshCompletion(commands: readonly CommandModel[]): string {
  return `#compdef kometa-preview
# zsh completion for kometa-preview: eval "$(kometa-preview completion zsh)", after compinit

_kometa-preview() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
${commands.map(commandWords).join('')}    'help:show the help of a command'
  )
  _arguments -C \\
    '(-h --help)'{-h,--help}'[show this help]' \\
    '(-V --version)'{-V,--version}'[print the version]' \\
    '1:command:->command' \\
    '*::argument:->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case $line[1] in
        help) _describe -t commands command commands ;;
${commands.map(commandCase).join('')}      esac ;;
  esac
}

if [[ $funcstack[1] == _kometa-preview ]]; then
  _kometa-preview "$@"
else
  compdef _kometa-preview kometa-preview
fi
`
}

const commandWords = ({ name, summary }: CommandModel): string => `    ${quote(`${name}:${summary}`)}\n`

function commandCase({ name, options, values }: CommandModel): string {
  const specs = [
    `'(-h --help)'{-h,--help}'[show this help]'`,
    ...options.map(optionSpec),
    ...values.map((value, index) => quote(`${index + 1}:${value.name}:${action(value.kind)}`)),
  ]
  return `        ${name})\n          _arguments \\\n${specs.map((spec) => `            ${spec}`).join(' \\\n')} ;;\n`
}

function optionSpec({ long, description, value, repeatable }: OptionModel): string {
  const words = `[${description.replace(/[\\\]:[]/g, '\\$&')}]`
  const takes = value === null ? '' : `:${value.name}:${action(value.kind)}`
  return quote(`${repeatable ? '*' : ''}${long}${value === null ? '' : '='}${words}${takes}`)
}

type Kind = NonNullable<OptionModel['value']>['kind']

function action(kind: Kind): string {
  if (kind === 'file') return '_files'
  if (kind === 'folder') return '_files -/'
  // With a blank, zsh shows the name of the value and offers nothing.
  return kind === 'text' ? ' ' : `(${kind.join(' ')})`
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
