/** One thing that is wrong in a text that is no valid YAML; both numbers count from 1. */
export interface Cause {
  line: number
  column: number
  /** Without a word of the file, which may be a token: only names of Kometa's own keys. */
  words: string
}

/** What begins on one line: dashes, then perhaps a key. */
export interface LineParts {
  indent: number
  /** Places of the dashes that begin it. */
  dashes: readonly number[]
  /** Place of its key; null where there is none. */
  key: number | null
  /** Neither item nor key: it goes on with the text above. */
  isPlain: boolean
  /** Where a value may begin. */
  valueColumn: number
}
