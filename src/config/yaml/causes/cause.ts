/** One fault in a text that is not valid YAML. Line and column count from 1. */
export interface Cause {
  line: number
  column: number
  /** The words never quote the file, which may contain a token. They name only Kometa's own keys. */
  words: string
}

/** What begins on one line: dashes, then perhaps a key. */
export interface LineParts {
  indent: number
  /** The columns of the dashes at its start. */
  dashes: readonly number[]
  /** The column of its key. null: it has no key. */
  key: number | null
  /** It is neither item nor key, so it continues the text above. */
  isPlain: boolean
  /** The column at which a value may begin. */
  valueColumn: number
}
