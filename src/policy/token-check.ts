import { decodeFully } from './percent-decoding.ts'

/**
 * Compares a token with the job's own token. It always compares every character, so the time reveals only the length of
 * the job's token, and the length is no secret.
 */
export function createTokenCheck(clientToken: string): (token: string) => boolean {
  return (token) => {
    let differences = token.length ^ clientToken.length
    // Past the end of a shorter token, `charCodeAt` returns NaN, which counts as 0 here. The lengths differ anyway.
    for (let at = 0; at < clientToken.length; at += 1) differences |= token.charCodeAt(at) ^ clientToken.charCodeAt(at)
    return differences === 0
  }
}

/** Finds the job's token in a text, even if the text is percent-encoded several times. */
export function createTokenSearch(clientToken: string): (text: string) => boolean {
  return (text) => decodeFully(text).includes(clientToken)
}
