import type { Command, Option } from 'commander'

/** What a shell can offer for a value: files, folders, one of a list of words, or nothing. */
type ValueKind = 'file' | 'folder' | 'text' | readonly string[]

export interface OptionModel {
  /** With its dashes. */
  long: string
  short: string | null
  description: string
  /** null for a flag. */
  value: { name: string; kind: ValueKind } | null
  /** As the help shows it; null if there is none, or if the description says it. */
  defaultValue: string | null
  required: boolean
  repeatable: boolean
}

export interface CommandModel {
  name: string
  summary: string
  description: string
  usage: string
  /** Without `--help`, which every command has. */
  options: readonly OptionModel[]
  /** The arguments that are no options, in their order. */
  values: readonly { name: string; kind: ValueKind }[]
  command: Command
}

/** The commands of the program as data, read from commander, for shell completion and for docs/commands.md. */
export function describeCommands(program: Command): CommandModel[] {
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    description: command.description(),
    usage: `${program.name()} ${command.name()} ${command.usage()}`,
    options: command.options.filter(({ hidden }) => !hidden).map(describeOption),
    values: command.registeredArguments.map((value) => ({
      name: value.name(),
      kind: value.argChoices ?? kindOf(value.name()),
    })),
    command,
  }))
}

export function describeOption(option: Option): OptionModel {
  const name = /[<[]([^<>[\]]+)[>\]]/.exec(option.flags)?.[1]
  return {
    long: option.long ?? option.flags,
    short: option.short ?? null,
    description: option.description,
    value: name === undefined ? null : { name, kind: option.argChoices ?? kindOf(name) },
    defaultValue: defaultOf(option),
    required: option.mandatory,
    // An option that collects its values has an empty list or map as its default.
    repeatable: typeof option.defaultValue === 'object' && option.defaultValue !== null,
  }
}

/** The name of a value tells its kind: <file>, <path>, <dir>, <dir|tarball>. */
function kindOf(name: string): ValueKind {
  const words = name.split('|')
  if (words.includes('file') || words.includes('path') || words.includes('tarball')) return 'file'
  return words.includes('dir') ? 'folder' : 'text'
}

function defaultOf({ defaultValue, defaultValueDescription, negate }: Option): string | null {
  if (defaultValueDescription !== undefined) return defaultValueDescription
  const isPlain = typeof defaultValue === 'string' || typeof defaultValue === 'number'
  return isPlain && !negate ? String(defaultValue) : null
}
