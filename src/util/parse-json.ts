/**
 * The parsed text, or `null` when it is not JSON, such as a file that was cut off. The schema of the caller decides
 * what `null` means.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
