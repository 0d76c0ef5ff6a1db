/** The rules of the walls, by the word that a fault names. */
export type Rule =
  | 'computed name'
  | 'cycle'
  | 'door'
  | 'global'
  | 'module'
  | 'package'
  | 'room'
  | 'row without use'
  | 'unknown path'
  | 'unknown room'

export interface Fault {
  rule: Rule
  /** The file to edit, with its line where one is at fault. */
  at: string
  text: string
}

/** A fault without its place. */
export type Judged = Pick<Fault, 'rule' | 'text'>
