/** A table of Markdown: a "|" in a cell stays one, and no cell has a line break. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

/** Text as Markdown shows it: names in angle brackets are no HTML. */
export const plain = (text: string): string => text.replace(/(`[^`]*`)|[<>]/g, (found, code) => code ?? `\\${found}`)

export const code = (text: string): string => `\`${text}\``
