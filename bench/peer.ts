import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A separate process that takes part in a bench. Disposing of the peer ends the process. */
export interface Peer<Hello> extends Disposable {
  readonly child: ChildProcess
  /** The first message of the process, which says that it is ready. */
  readonly hello: Hello
  /** Sends a word to the process and waits for the answer. */
  ask<Answer>(word: string): Promise<Answer>
}

/** Starts `bench/<file>` with these arguments and waits for its first message. */
export async function startPeer<Hello>(
  file: string,
  args: readonly string[],
  execArgv: string[] = [],
): Promise<Peer<Hello>> {
  const path = fileURLToPath(new URL(`./${file}.js`, import.meta.url))
  const child = fork(path, [...args], { execArgv })
  const next = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`${file} ${args[0] ?? ''} ended with ${code}`))
      child.once('exit', ended)
      child.once('message', (message) => {
        child.off('exit', ended)
        resolve(message as T)
      })
    })
  const hello = await next<Hello>()
  return {
    child,
    hello,
    ask(word) {
      const answer = next<never>()
      child.send(word)
      return answer
    },
    [Symbol.dispose]() {
      if (child.connected) child.disconnect()
    },
  }
}

/** The process's side of a peer: says hello, and answers words until the bench disconnects. */
export function serveWords(hello: unknown, answers: Record<string, () => unknown>): void {
  process.on('message', async (word) => {
    const answer = answers[String(word)]
    if (!answer) throw new Error(`nobody knows what "${String(word)}" means`)
    process.send?.((await answer()) ?? null)
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.(hello)
}
