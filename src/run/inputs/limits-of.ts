import type { Timeouts } from '../../contract/timeouts.ts'
import type { GateLimits } from '../../gate/gate-options.ts'
import type { ServiceLimits } from '../../gate/service-proxy.ts'
import type { UpstreamLimits } from '../../plex/upstream/upstream.ts'
import type { CaptureLimits } from '../../proxy/capture/limits.ts'
import type { ProxyLimits } from '../../proxy/limits.ts'

export interface JobLimits {
  upstream: Partial<UpstreamLimits>
  proxy: Partial<ProxyLimits>
  captures: Partial<CaptureLimits>
  gate: Partial<GateLimits>
  service: Partial<ServiceLimits>
}

/** The user's `preview.timeouts`, for each room in its own words. */
export function limitsOf(timeouts: Timeouts): JobLimits {
  const ms = (name: keyof Timeouts) => Math.round(timeouts[name] * 1_000)
  return {
    upstream: {
      connectTimeoutMs: ms('plex_connect'),
      headersTimeoutMs: ms('plex_headers'),
      bodyTimeoutMs: ms('plex_body'),
      keepAliveTimeoutMs: ms('plex_idle'),
    },
    proxy: {
      // Node wants the head to have no more time than the whole.
      headersTimeoutMs: Math.min(ms('kometa_headers'), ms('kometa_body')),
      requestTimeoutMs: ms('kometa_body'),
      keepAliveTimeoutMs: ms('kometa_idle'),
    },
    captures: {
      bodyIdleTimeoutMs: ms('kometa_pause'),
      bodyTotalTimeoutMs: ms('kometa_body'),
      urlTimeoutMs: ms('outside_picture'),
    },
    gate: {
      connectTimeoutMs: ms('outside_connect'),
      headersTimeoutMs: ms('outside_headers'),
      idleTimeoutMs: ms('outside_idle'),
    },
    service: {
      connectTimeoutMs: ms('outside_connect'),
      headersTimeoutMs: ms('outside_headers'),
      idleTimeoutMs: ms('service_idle'),
    },
  }
}
