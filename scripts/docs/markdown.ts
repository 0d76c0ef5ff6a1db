/** A Markdown table. A "|" in a cell is escaped, because it would end the cell; line breaks become spaces. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

/** Escapes angle brackets outside of code, so that Markdown does not take `<name>` for HTML. */
export const plain = (text: string): string => text.replace(/(`[^`]*`)|[<>]/g, (found, code) => code ?? `\\${found}`)

export const code = (text: string): string => `\`${text}\``

const maxColumns = 116

/** Wraps a paragraph, because a long line is hard to review in a diff. Tables cannot be wrapped. */
export function paragraph(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.trim().split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > maxColumns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}
