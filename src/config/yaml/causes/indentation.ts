import type { LineParts } from './cause.ts'

interface Level {
  indent: number
  line: number
  isItem: boolean
  /** Something may be nested below it, since it has no value of its own. */
  isOpen: boolean
}

type Entry = Pick<LineParts, 'indent' | 'dashes' | 'key'> & { line: number; isOpen: boolean }

/** Follows the indentation of the keys and list items in a text, and reports what matches no level above it. */
export function createIndentation() {
  let levels: Level[] = []
  /** Wrong indentation that was reported -> the indentation that was meant, so that it is reported once. */
  let slips = new Map<number, number>()

  function push({ dashes, key, line, isOpen }: Entry, shift: number): void {
    for (const dash of dashes) levels.push({ indent: dash + shift, line, isItem: true, isOpen: key === null && isOpen })
    if (key !== null) levels.push({ indent: key + shift, line, isItem: false, isOpen })
  }

  return {
    /** Takes the next line. Returns what is wrong with its indentation, or null. */
    add(entry: Entry): string | null {
      if (entry.indent === 0) slips = new Map()
      const indent = slips.get(entry.indent) ?? entry.indent
      const isItem = entry.dashes.length > 0
      const closed: Level[] = []
      const closeTo = (limit: number) => {
        while ((levels.at(-1)?.indent ?? -1) > limit) closed.push(...levels.splice(-1))
      }
      closeTo(indent)
      // A list may be indented as far as its key. The next key there ends the list.
      const [below, top] = levels.slice(-2)
      if (!isItem && top?.isItem && top.indent === indent && below?.indent === indent && !below.isItem) levels.pop()
      const open = levels.at(-1)
      if (fits(open, indent, isItem, closed)) {
        if (open?.indent === indent && open.isItem === isItem) levels.pop()
        push(entry, indent - entry.indent)
        return null
      }
      // Below a value, "- a" is more text of the value and no list item.
      if (isItem && entry.key === null && open && !open.isOpen && open.indent < indent) return null
      const like = [...closed, ...(open ? [open] : [])]
      const meant = like.find((level) => level.isItem === isItem) ?? closed.find(({ isOpen }) => isOpen) ?? open
      if (!meant) return null
      if (meant.indent !== indent) slips.set(entry.indent, meant.indent)
      levels = [...levels, ...closed.reverse()].filter((level) => level.indent < meant.indent)
      if (meant.isItem !== isItem) levels.push(meant)
      push(entry, meant.indent - entry.indent)
      return wordsFor(isItem, entry.indent, meant)
    },
    /** The indentation of the innermost key or item. */
    innermost: (): number => levels.at(-1)?.indent ?? -1,
    reset(): void {
      levels = []
    },
  }
}

function fits(open: Level | undefined, indent: number, isItem: boolean, closed: readonly Level[]): boolean {
  if (!open) return closed.length === 0
  if (open.indent === indent) return open.isItem === isItem || (isItem && open.isOpen && closed.length === 0)
  return open.isOpen && closed.length === 0
}

const spaces = (count: number): string => `${count} ${count === 1 ? 'space' : 'spaces'}`

function wordsFor(isItem: boolean, indent: number, meant: Level): string {
  const own = isItem ? 'list item' : 'key'
  if (meant.indent === indent) {
    return isItem
      ? `this list item is beside keys, such as the one in line ${meant.line}`
      : `this key is beside list items, such as the one in line ${meant.line}`
  }
  if (meant.isItem === isItem)
    return `this ${own} is indented by ${spaces(indent)}, the one in line ${meant.line} by ${meant.indent}`
  const above = `the ${meant.isItem ? 'list item' : 'key'} above it in line ${meant.line}`
  return `this ${own} is indented by ${spaces(indent)}, ${above} by ${meant.indent}`
}
