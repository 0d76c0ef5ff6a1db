import { fetch } from 'undici'
import { fetchFailure, userProxyAgent } from './user-proxy-agent.ts'

/** How long a host may take to answer the doctor. */
const probeTimeoutMs = 8_000

export type Probe = { reached: true; status: number; date: Date | null } | { reached: false; why: string }

/** Asks one public address once, through the user's proxy where there is one. The body is not read. */
export async function probeHost(url: string, env: NodeJS.ProcessEnv): Promise<Probe> {
  const dispatcher = userProxyAgent(env)
  try {
    const answer = await fetch(url, { dispatcher, redirect: 'manual', signal: AbortSignal.timeout(probeTimeoutMs) })
    await answer.body?.cancel()
    const date = Date.parse(answer.headers.get('date') ?? '')
    return { reached: true, status: answer.status, date: Number.isNaN(date) ? null : new Date(date) }
  } catch (error) {
    return { reached: false, why: fetchFailure(error) }
  } finally {
    await dispatcher.destroy()
  }
}
