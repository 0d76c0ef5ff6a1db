import type { Command } from 'commander'
import { type CommandModel, describeCommands, type OptionModel } from '../../src/cli/completion/command-model.ts'
import { createProgram } from '../../src/cli/program.ts'
import { standardScreens } from '../../src/cli/screen/screen.ts'
import { code, paragraph, plain, table } from './markdown.ts'

const intro =
  '`npm run docs` makes this page from the code. `kometa-preview --help` and `kometa-preview COMMAND --help` show ' +
  'the same text.'

/** The text of docs/commands.md: every command with its options and the notes and examples at the end of its help. */
export async function commandsDocument(): Promise<string> {
  const program = await createProgram({ env: {}, version: '0.0.0', setExitCode: () => undefined, ...standardScreens() })
  const commands = describeCommands(program)
  const overview = commands.map(({ name, summary }) => [`[${name}](#${name})`, plain(summary)])
  return [
    '# Every command and option',
    paragraph(intro),
    table(['command', 'what it does'], overview),
    `\`\`\`\n${trailingHelp(program)}\n\`\`\``,
    ...commands.map(section),
    '',
  ].join('\n\n')
}

function section({ name, description, usage, options, values, command }: CommandModel): string {
  const named = values.map((value) => [code(`<${value.name}>`), valueWords(value.kind), ''])
  const parts = [`## ${name}`, paragraph(plain(description)), `\`\`\`\n${usage}\n\`\`\``]
  const rows = [...named, ...options.map(optionRow)]
  if (rows.length > 0) parts.push(table(['option', 'meaning', 'default'], rows))
  const more = trailingHelp(command)
  if (more !== '') parts.push(`\`\`\`\n${more}\n\`\`\``)
  return parts.join('\n\n')
}

function optionRow({ long, short, value, description, defaultValue, required, repeatable }: OptionModel): string[] {
  const flag = `${short === null ? '' : `${short}, `}${long}${value === null ? '' : ` <${value.name}>`}`
  const notes = [
    description,
    ...(value && typeof value.kind !== 'string' ? [`one of ${value.kind.map(code).join(', ')}`] : []),
    ...(required ? ['must be given'] : []),
    ...(repeatable && !/repeatable|more than once/.test(description) ? ['may be given more than once'] : []),
  ]
  return [code(flag), plain(notes.join('; ')), defaultValue === null ? '' : plain(defaultValue)]
}

const valueWords = (kind: CommandModel['values'][number]['kind']): string =>
  typeof kind === 'string' ? kind : `one of ${kind.map(code).join(', ')}`

/** The part of a command's help that comes after the list of options. */
function trailingHelp(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: (words) => {
      text += words
    },
  })
  command.outputHelp()
  return text.slice(command.helpInformation().length).trim()
}
