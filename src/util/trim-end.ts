/**
 * The text without these characters at its end. A regular expression such as `/\/+$/` would start again at each slash
 * in the middle of the text and so take quadratic time. A regular expression given here is tested on one character at a
 * time.
 */
export function trimEndOf(text: string, characters: string | RegExp): string {
  const goes =
    typeof characters === 'string' ? (one: string) => characters.includes(one) : (one: string) => characters.test(one)
  let end = text.length
  while (end > 0 && goes(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}
