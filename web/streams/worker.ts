import { createHub } from './hub.ts'
import type { StreamReply, StreamRequest } from './messages.ts'

/** The part of SharedWorkerGlobalScope that we use. The types of windows and workers cannot be loaded together. */
interface Scope {
  onconnect: ((event: MessageEvent) => void) | null
}

const hub = createHub()
const scope = globalThis as unknown as Scope

scope.onconnect = ({ ports: [port] }) => {
  if (!port) return
  const open = new Map<number, () => void>()
  port.onmessage = ({ data }: MessageEvent<StreamRequest>) => {
    if (data.type === 'open') {
      const { subscription, url, after } = data
      const stop = hub.subscribe(url, after, (news) =>
        port.postMessage({ subscription, ...news } satisfies StreamReply),
      )
      open.set(subscription, stop)
    } else {
      const ending = data.type === 'close' ? [data.subscription] : [...open.keys()]
      for (const subscription of ending) {
        open.get(subscription)?.()
        open.delete(subscription)
      }
    }
  }
}
