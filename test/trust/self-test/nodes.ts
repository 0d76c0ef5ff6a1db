/** A node of the syntax tree (ESTree, with positions in UTF-16 units). */
export interface Node {
  type: string
  start: number
  end: number
  [field: string]: unknown
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** Text with a blank in it is for people; the verdict says the same with a code. */
export const isWords = (text: string): boolean => /[A-Za-z] | [A-Za-z]/.test(text)
