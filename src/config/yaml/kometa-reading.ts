import type { YamlValue } from './yaml-value.ts'

/** A file that Kometa's own reader is asked about. */
export interface YamlQuestion {
  /** The name of the file in messages. */
  name: string
  bytes: Buffer
  /** The digest of the value that we have read. null: we could not read it. */
  digest: string | null
}

/**
 * Why Kometa's reader refuses a file, in its own words, which contain no value of the file. Lines and columns count
 * from 1.
 */
export interface YamlRefusal {
  /** The class of Python's exception. */
  kind: string
  problem: string
  context: string
  /** Where the reader gave up. */
  at: readonly [number, number] | null
  /** Where the part that it was reading begins. */
  from: readonly [number, number] | null
}

export type KometaReading =
  /** It reads the same value as we do. */
  { kind: 'same' } | { kind: 'other'; value: YamlValue } | { kind: 'refused'; refusal: YamlRefusal }

/**
 * Asks the reader of the user's own Kometa, whose answer is final. Returns one reading per question, or why it
 * could not be asked.
 */
export type AskKometaYaml = (
  questions: readonly YamlQuestion[],
) => Promise<{ readings: KometaReading[] } | { notAsked: string }>
