/**
 * What a terminal obeys or takes for the end of a line: control characters with ESC and C1, the Unicode line ends, and
 * what turns the direction of writing. The first pattern leaves line ends and tabs alone.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this takes out
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g
const lineEnds = /[\t\n]/g

/**
 * Text of others (titles, names, paths, errors) as it may stand in one line on a terminal or in a log: it neither moves
 * the cursor nor makes a second line of its own. Every sink that people read applies this, and nobody else has to.
 */
export const visibleLine = (text: string): string => visibleText(text).replace(lineEnds, '\ufffd')

/** The same for a text of several lines that are ours to tell apart: a carriage return alone ends a line too. */
export const visibleText = (text: string): string => text.replace(/\r\n?/g, '\n').replace(controls, '\ufffd')

/** JSON that says the same and holds no such character: of itself, JSON escapes ESC and line breaks alone. */
export function visibleJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
