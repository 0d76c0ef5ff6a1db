/** What must be closed at the end, in the reverse of the order in which it was opened. */
export interface Closers {
  add(close: () => PromiseLike<void>): void
  /** Closes the part at the end, and answers with it. */
  own<T extends AsyncDisposable>(part: T): T
  closeAll(): Promise<void>
}

export function createClosers(): Closers {
  const closers: (() => PromiseLike<void>)[] = []
  const add = (close: () => PromiseLike<void>): void => void closers.push(close)
  return {
    add,
    own(part) {
      add(() => part[Symbol.asyncDispose]())
      return part
    },
    async closeAll() {
      for (const close of closers.splice(0).reverse()) await close()
    },
  }
}
