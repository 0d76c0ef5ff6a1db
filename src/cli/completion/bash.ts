import type { CommandModel, OptionModel } from './command-model.ts'

/** The completion script for bash 3.2 (macOS) and later; it does not need the package bash-completion. */
export function bashCompletion(commands: readonly CommandModel[]): string {
  const names = commands.map(({ name }) => name)
  return `# bash completion for kometa-preview: eval "$(kometa-preview completion bash)"
_kometa_preview_add() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done
}

_kometa_preview() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command='' word i
  COMPREPLY=()
  # bash splits --option=value at the "=".
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $previous == '=' ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      ${[...names, 'help'].join(' | ')}) command=$word && break ;;
    esac
  done
  case "$command $previous" in
${commands.map(valueCases).join('')}  esac
  case $command in
    '') _kometa_preview_add < <(compgen -W '${[...names, 'help', '--help', '--version'].join(' ')}' -- "$current") ;;
    help) _kometa_preview_add < <(compgen -W '${names.join(' ')}' -- "$current") ;;
${commands.map(wordCase).join('')}  esac
}

complete -F _kometa_preview kometa-preview
`
}

/** After an option that takes a value, only values are offered. */
function valueCases({ name, options }: CommandModel): string {
  return options
    .filter(({ value }) => value !== null)
    .map((option) => {
      const patterns = [option.short, option.long].filter((flag) => flag !== null).map((flag) => `'${name} ${flag}'`)
      return `    ${patterns.join(' | ')}) ${offer(option)}; return ;;\n`
    })
    .join('')
}

function offer({ value }: OptionModel): string {
  const kind = value?.kind ?? 'text'
  if (kind === 'text') return ':'
  const names = 'compopt -o filenames 2>/dev/null; _kometa_preview_add < <(compgen'
  if (kind === 'file') return `${names} -f -- "$current")`
  if (kind === 'folder') return `${names} -d -- "$current")`
  return `_kometa_preview_add < <(compgen -W '${kind.join(' ')}' -- "$current")`
}

function wordCase({ name, options, values }: CommandModel): string {
  const choices = values.flatMap(({ kind }) => (typeof kind === 'string' ? [] : kind))
  const words = [...choices, ...options.flatMap(({ long, short }) => (short ? [short, long] : [long])), '--help']
  return `    ${name}) _kometa_preview_add < <(compgen -W '${words.join(' ')}' -- "$current") ;;\n`
}
