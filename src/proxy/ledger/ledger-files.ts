import { closeSync, fsyncSync, writeSync } from 'node:fs'
import type { Beneath } from '../../util/beneath/beneath.ts'

const currentName = 'ledger.jsonl'
const fullName = (number: number): string => `ledger-${number}.jsonl`
const fullPattern = /^ledger-(\d+)\.jsonl$/

/** The ledger's files in a folder, oldest first. */
export function ledgerFiles(folder: Beneath): string[] {
  const names = folder.list('').map(({ name }) => name)
  const numbered = names.flatMap((file) => {
    const number = fullPattern.exec(file)?.[1]
    return number === undefined ? [] : [{ file, number: Number(number) }]
  })
  const current = names.filter((file) => file === currentName)
  return [...numbered.sort((a, b) => a.number - b.number).map(({ file }) => file), ...current]
}

/** The files that a ledger is written to: the current one, and those that were full. */
export interface LedgerWriter {
  isOpen(): boolean
  /** Writes as many of these bytes as the disk takes, and returns their number. Throws when it takes none. */
  write(bytes: Buffer): number
  /** Gives a full file its number and begins the next one, when there is room for it. */
  rotateWhenFull(): void
  sync(): void
  close(): void
  /** Bytes in all files. */
  totalBytes(): number
  /** Oldest first, without their folder. */
  names(): string[]
}

/** Begins an empty ledger in the folder; an earlier one goes. */
export function createLedgerWriter(folder: Beneath, maxFileBytes: number): LedgerWriter {
  for (const earlier of ledgerFiles(folder)) folder.removeSync(earlier)
  let descriptor: number | null = folder.openSync(currentName, 'create')
  const full: string[] = []
  let fileBytes = 0
  let totalBytes = 0

  function rotate(current: number): void {
    const name = fullName(full.length + 1)
    fsyncSync(current)
    folder.renameSync(currentName, name)
    try {
      const next = folder.openSync(currentName, 'create')
      closeSync(current)
      descriptor = next
    } catch {
      // No room for another file: the ledger goes on in this one.
      folder.renameSync(name, currentName)
      return
    }
    full.push(name)
    fileBytes = 0
  }

  return {
    isOpen: () => descriptor !== null,
    write(bytes) {
      if (descriptor === null) throw new Error('the ledger is closed')
      const written = writeSync(descriptor, bytes)
      fileBytes += written
      totalBytes += written
      return written
    },
    rotateWhenFull() {
      if (descriptor !== null && fileBytes > maxFileBytes) rotate(descriptor)
    },
    sync() {
      if (descriptor !== null) fsyncSync(descriptor)
    },
    close() {
      if (descriptor !== null) closeSync(descriptor)
      descriptor = null
    },
    totalBytes: () => totalBytes,
    names: () => [...full, currentName],
  }
}
