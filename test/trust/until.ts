import { setTimeout as wait } from 'node:timers/promises'

/** Waits for something that no event reports, such as a file that another process writes. */
export async function until(
  isSo: () => boolean,
  timeoutMs: number,
  what: string | (() => string) = 'it',
): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs
  while (!isSo()) {
    if (performance.now() > giveUpAt)
      throw new Error(`${typeof what === 'string' ? what : what()} was not so after ${timeoutMs} ms`)
    await wait(5)
  }
}
