/** The meaning of a colour. A word or a sign always says the same. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain'
