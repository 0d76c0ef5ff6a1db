import { type ClientRequest, get } from 'node:http'
import type { JobStreamEvent } from '../../src/contract/api/api-events.ts'

export interface Received<Event = JobStreamEvent> {
  id: number | null
  event: Event
}

export interface TestEventSource<Event = JobStreamEvent> extends Disposable {
  /** The messages so far. */
  received: Received<Event>[]
  /** The first message, past or future, for which the test is true. */
  until(test: (received: Received<Event>) => boolean): Promise<Received<Event>>
  /** Resolves when the server has closed the stream. */
  closed: Promise<void>
}

/** Listens as a browser's EventSource does. */
export function listen<Event = JobStreamEvent>(
  url: string,
  headers: Record<string, string> = {},
): TestEventSource<Event> {
  const received: Received<Event>[] = []
  const waiting = new Set<() => void>()
  let over = false
  let close: () => void = () => undefined
  const closed = new Promise<void>((resolve) => {
    close = resolve
  })
  const wake = () => {
    for (const one of [...waiting]) one()
  }
  let text = ''
  const request: ClientRequest = get(url, { headers: { accept: 'text/event-stream', ...headers } }, (response) => {
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      text += chunk
      const messages = text.split('\n\n')
      text = messages.pop() ?? ''
      for (const message of messages) {
        const id = /^id: (\d+)$/m.exec(message)?.[1]
        const data = /^data: (.*)$/m.exec(message)?.[1]
        if (data !== undefined) received.push({ id: id === undefined ? null : Number(id), event: JSON.parse(data) })
      }
      wake()
    })
    response.on('close', () => {
      over = true
      close()
      wake()
    })
  })
  request.on('error', () => {
    over = true
    close()
    wake()
  })
  return {
    received,
    closed,
    until: (test) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = received.find(test)
          if (!found && !over) return
          waiting.delete(look)
          if (found) resolve(found)
          else reject(new Error(`the stream ended with ${JSON.stringify(received.at(-1))}`))
        }
        waiting.add(look)
        look()
      }),
    [Symbol.dispose]() {
      request.destroy()
    },
  }
}
