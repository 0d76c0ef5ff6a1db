/** Runs the acts on one job one after the other; different jobs do not wait for each other. */
export interface InOrder {
  run<T>(id: string, act: () => Promise<T>): Promise<T>
  isBusy(id: string): boolean
}

export function createInOrder(): InOrder {
  const last = new Map<string, Promise<unknown>>()
  return {
    run(id, act) {
      const mine = (last.get(id) ?? Promise.resolve()).then(act)
      // A failure is for the caller alone; the next act runs all the same.
      const settled = mine
        .catch(() => undefined)
        .then(() => {
          if (last.get(id) === settled) last.delete(id)
        })
      last.set(id, settled)
      return mine
    },
    isBusy: (id) => last.has(id),
  }
}
