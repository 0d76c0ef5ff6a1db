import { useSyncExternalStore } from 'react'

/** A value that components watch. */
export interface Store<T> {
  get(): T
  set(next: T | ((now: T) => T)): void
  subscribe(listener: () => void): () => void
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      const made = typeof next === 'function' ? (next as (now: T) => T)(value) : next
      if (Object.is(made, value)) return
      value = made
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const prefix = 'kometa-preview.'

/** A store that this browser keeps and all its windows share. `read` turns the kept JSON into a value, or null. */
export function createStoredStore<T>(name: string, initial: T, read: (kept: unknown) => T | null): Store<T> {
  const key = prefix + name
  const parse = (text: string | null): T | null => {
    if (text === null) return null
    try {
      return read(JSON.parse(text))
    } catch {
      return null
    }
  }
  const store = createStore(parse(readKept(key)) ?? initial)
  let quiet = false
  store.subscribe(() => {
    if (!quiet) keep(key, store.get())
  })
  window.addEventListener('storage', (event) => {
    if (event.key !== key) return
    quiet = true
    store.set(parse(event.newValue) ?? initial)
    quiet = false
  })
  return store
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get)
}

/** A browser may forbid storage: then nothing is kept. */
function readKept(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch (error) {
    void error
  }
}
