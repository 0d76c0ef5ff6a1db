/**
 * Characters that a terminal obeys or that end a line: control characters including ESC and C1, the Unicode line ends,
 * and characters that change the writing direction. The first pattern does not match line ends and tabs.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this takes out
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g
const lineEnds = /[\t\n]/g

/**
 * Makes text from others (titles, names, paths, errors) safe for one line of a terminal or a log: it can neither move
 * the cursor nor begin a second line. Every output that people read applies this, so no other code has to.
 */
export const visibleLine = (text: string): string => visibleText(text).replace(lineEnds, '\ufffd')

/** The same for text of several lines that we wrote ourselves. A carriage return alone also ends a line. */
export const visibleText = (text: string): string => text.replace(/\r\n?/g, '\n').replace(controls, '\ufffd')

/** JSON with the same meaning and without such characters. JSON.stringify alone escapes only those below U+0020. */
export function visibleJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
