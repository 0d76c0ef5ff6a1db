/**
 * What the text holds; `null` where it is no JSON, as a file that was cut off is. The caller's schema says what that
 * means.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
