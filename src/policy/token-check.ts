import { decodeFully } from './percent-decoding.ts'

/**
 * Compares a token with the job's own. Every character is compared, whatever the first difference is: the time tells
 * nothing
 * of the job's token but its length, which is no secret.
 */
export function createTokenCheck(clientToken: string): (token: string) => boolean {
  return (token) => {
    let differences = token.length ^ clientToken.length
    // Past the end of a shorter token `charCodeAt` gives NaN, which counts as 0 here: its length differs.
    for (let at = 0; at < clientToken.length; at += 1) differences |= token.charCodeAt(at) ^ clientToken.charCodeAt(at)
    return differences === 0
  }
}

/** Finds the job's token within a text, however often it is percent-encoded there. */
export function createTokenSearch(clientToken: string): (text: string) => boolean {
  return (text) => decodeFully(text).includes(clientToken)
}
