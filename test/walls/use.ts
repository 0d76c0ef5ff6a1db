/** What a file takes from outside itself. */
export interface Use {
  kind: 'module' | 'global' | 'unreadable'
  /** A specifier, the name of a global, or what cannot be read. */
  name: string
  line: number
  /** `import type`: the compiler removes it, so that nothing is loaded. */
  typeOnly: boolean
  /** The names that a static import takes, `*` for the whole module; none where nothing says so. */
  names: readonly string[]
}

export type Found = Omit<Use, 'line'>
