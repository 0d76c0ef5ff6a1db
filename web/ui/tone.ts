/** What a colour means; a word or a sign always says it too. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain'
