import { EnvHttpProxyAgent, fetch } from 'undici'

/** How long a host of the outside may take to answer the doctor. */
const probeTimeoutMs = 10_000

export type Probe = { reached: true; status: number; date: Date | null } | { reached: false; why: string }

/** Asks one public address once, through the proxy of the user's environment where there is one. The body is not read. */
export async function probeHost(url: string, env: NodeJS.ProcessEnv): Promise<Probe> {
  const httpsProxy = env.https_proxy ?? env.HTTPS_PROXY
  const httpProxy = env.http_proxy ?? env.HTTP_PROXY
  const noProxy = env.no_proxy ?? env.NO_PROXY
  const dispatcher = new EnvHttpProxyAgent({
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  })
  try {
    const answer = await fetch(url, { dispatcher, redirect: 'manual', signal: AbortSignal.timeout(probeTimeoutMs) })
    await answer.body?.cancel()
    const date = Date.parse(answer.headers.get('date') ?? '')
    return { reached: true, status: answer.status, date: Number.isNaN(date) ? null : new Date(date) }
  } catch (error) {
    return { reached: false, why: reason(error) }
  } finally {
    await dispatcher.destroy()
  }
}

/** The cause of a failed fetch has the words; its message may hold the address, and with it a key. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.name : 'unknown'
}
