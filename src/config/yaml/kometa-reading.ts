import type { YamlValue } from './yaml-value.ts'

/** A file for Kometa's own reader. */
export interface YamlQuestion {
  /** What messages call it. */
  name: string
  bytes: Buffer
  /** Of the value that we have read; null where we could read none. */
  digest: string | null
}

/** Why Kometa's reader takes no file, in its own words; lines and columns count from 1. No value of the file is among the words. */
export interface YamlRefusal {
  /** The class of Python's exception. */
  kind: string
  problem: string
  context: string
  /** Where it gave up. */
  at: readonly [number, number] | null
  /** Where what it was reading begins. */
  from: readonly [number, number] | null
}

export type KometaReading =
  /** It sees what we see. */
  { kind: 'same' } | { kind: 'other'; value: YamlValue } | { kind: 'refused'; refusal: YamlRefusal }

/** Asks the reader of the user's own Kometa, whose answer is final: a reading per question. Where it could not be asked, why. */
export type AskKometaYaml = (
  questions: readonly YamlQuestion[],
) => Promise<{ readings: KometaReading[] } | { notAsked: string }>
