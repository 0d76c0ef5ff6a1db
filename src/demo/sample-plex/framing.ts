/**
 * Divides one connection's bytes into heads and bodies for the journal alone. Node's parser decides what is a request.
 */
export interface Framing {
  feed(chunk: Buffer): void
  /** Complete heads, with all their bytes, that the journal has not taken yet. */
  readonly heads: Buffer[]
}

const headEnd = Buffer.from('\r\n\r\n')
/** Node itself refuses heads over 16 KiB. */
const maxHeadBytes = 1_048_576

export function createFraming(): Framing {
  const heads: Buffer[] = []
  let pending: Buffer = Buffer.alloc(0)
  let skip = 0
  let inChunks = false
  let lost = false

  return {
    heads,
    feed(chunk) {
      if (lost) return
      if (skip >= chunk.length) {
        skip -= chunk.length
        return
      }
      const rest = skip === 0 ? chunk : chunk.subarray(skip)
      skip = 0
      pending = pending.length === 0 ? rest : Buffer.concat([pending, rest])
      while (!lost && pending.length > 0 && (inChunks ? chunkStep() : headStep()));
    },
  }

  /** Returns true if the rest may hold more. */
  function headStep(): boolean {
    const at = pending.indexOf(headEnd)
    if (at < 0) {
      lost = pending.length > maxHeadBytes
      return false
    }
    const head = Buffer.from(pending.subarray(0, at + headEnd.length))
    heads.push(head)
    pending = pending.subarray(at + headEnd.length)
    const text = head.toString('latin1')
    inChunks = /\r\ntransfer-encoding:[^\r]*chunked/i.test(text)
    if (!inChunks) pass(Number(/\r\ncontent-length:[ \t]*(\d+)/i.exec(text)?.[1] ?? 0))
    return true
  }

  function chunkStep(): boolean {
    const at = pending.indexOf('\r\n')
    if (at < 0) return false
    const line = pending.subarray(0, at).toString('latin1')
    const size = Number.parseInt(line, 16)
    if (!Number.isFinite(size)) {
      lost = true
      return false
    }
    if (size === 0) {
      const end = pending.indexOf(headEnd, at)
      if (end < 0) return false
      inChunks = false
      pending = pending.subarray(end + headEnd.length)
      return true
    }
    pending = pending.subarray(at + 2)
    pass(size + 2)
    return true
  }

  function pass(bytes: number): void {
    const here = Math.min(bytes, pending.length)
    pending = pending.subarray(here)
    skip = bytes - here
  }
}
