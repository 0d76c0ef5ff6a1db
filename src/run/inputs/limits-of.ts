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

/** The user's `preview.timeouts`, under the names that each room has for them. */
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
      // Node does not allow more time for the head than for the whole request.
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
