/**
 * The text without these characters at its end. A regular expression such as `/\/+$/` tries again at each of a thousand
 * slashes in the middle of a text, and so takes quadratic time.
 */
export function trimEndOf(text: string, characters: string): string {
  let end = text.length
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}
