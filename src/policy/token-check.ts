import { timingSafeEqual } from 'node:crypto'
import { decodeValue } from './resource.ts'

/**
 * Compares a token with ours in a time that tells nothing of ours but its length, which is no secret. Without a hash:
 * that would be most of what a policy decision costs.
 */
export function createTokenCheck(clientToken: string): (token: string) => boolean {
  const expected = Buffer.from(clientToken, 'utf8')
  const given = Buffer.alloc(expected.length)
  return (token) => {
    given.fill(0)
    // Takes as many whole characters as fit: a longer token differs in its length.
    given.write(token, 'utf8')
    return timingSafeEqual(given, expected) && token.length === clientToken.length
  }
}

/** Finds the job's token within a text, as it is and decoded up to twice. */
export function createTokenSearch(clientToken: string): (text: string) => boolean {
  return (text) => {
    // Letters and digits, of which a token is made, stay what they are when they are decoded.
    const once = decodeValue(text) ?? text
    return (decodeValue(once) ?? once).includes(clientToken)
  }
}
