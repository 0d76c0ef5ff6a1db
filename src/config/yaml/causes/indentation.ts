import type { LineParts } from './cause.ts'

interface Level {
  indent: number
  line: number
  isItem: boolean
  /** Something may stand below it: it has no value of its own. */
  isOpen: boolean
}

type Entry = Pick<LineParts, 'indent' | 'dashes' | 'key'> & { line: number; isOpen: boolean }

/** Follows how far the keys and list items of a text are indented, and tells what stands at no level of those above it. */
export function createIndentation() {
  let levels: Level[] = []
  /** A wrong indentation that was told -> the one that was meant; it is told once. */
  let slips = new Map<number, number>()

  function push({ dashes, key, line, isOpen }: Entry, shift: number): void {
    for (const dash of dashes) levels.push({ indent: dash + shift, line, isItem: true, isOpen: key === null && isOpen })
    if (key !== null) levels.push({ indent: key + shift, line, isItem: false, isOpen })
  }

  return {
    /** Takes the next line; what is wrong with its indentation, or null. */
    add(entry: Entry): string | null {
      if (entry.indent === 0) slips = new Map()
      const indent = slips.get(entry.indent) ?? entry.indent
      const isItem = entry.dashes.length > 0
      const closed: Level[] = []
      const closeTo = (limit: number) => {
        while ((levels.at(-1)?.indent ?? -1) > limit) closed.push(...levels.splice(-1))
      }
      closeTo(indent)
      // A list may stand as far left as its key: a further key there closes it.
      const [below, top] = levels.slice(-2)
      if (!isItem && top?.isItem && top.indent === indent && below?.indent === indent && !below.isItem) levels.pop()
      const open = levels.at(-1)
      if (fits(open, indent, isItem, closed)) {
        if (open?.indent === indent && open.isItem === isItem) levels.pop()
        push(entry, indent - entry.indent)
        return null
      }
      // More text of a value: "- a" below it is no item.
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
      ? `a list item stands here beside keys, as that of line ${meant.line}`
      : `a key stands here beside list items, as that of line ${meant.line}`
  }
  if (meant.isItem === isItem)
    return `this ${own} is indented by ${spaces(indent)}, the one in line ${meant.line} by ${meant.indent}`
  return `this ${own} is indented by ${spaces(indent)}, the ${meant.isItem ? 'list item' : 'key'} above it in line ${meant.line} by ${meant.indent}`
}
