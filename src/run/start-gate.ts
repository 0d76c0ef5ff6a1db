import type { JobConfig } from '../config/job-config.ts'
import { listServices } from '../config/services.ts'
import { get } from '../config/yaml-value.ts'
import { type NextHop, parseNextHop } from '../gate/dial.ts'
import { type GateEntry, startGate } from '../gate/gate.ts'
import type { GateRules } from '../gate/judge-host.ts'
import { type ServiceProxy, startServiceProxy } from '../gate/service-proxy.ts'
import type { Ledger } from '../proxy/ledger.ts'
import type { Door } from '../util/door.ts'
import type { JobLog } from '../util/job-log.ts'
import { namesOfServers } from './outside-hosts.ts'

/** Hosts of the summary's table; a config that reaches more than these is odd. */
const maxHosts = 1_000

/** One host that Kometa asked for: how often, how much, and whether it was let through. */
export interface HostCount {
  host: string
  port: number
  verdict: 'pass' | 'block'
  reason: string
  count: number
  bytesUp: number
  bytesDown: number
}

export interface JobGate extends AsyncDisposable {
  /** For Kometa's environment: HTTPS_PROXY and HTTP_PROXY hold the job's credential. */
  env: Record<string, string>
  /** Must never stand in a log. */
  credential: string
  services: { service: string; url: string; proxyUrl: string }[]
  doors: readonly Door[]
  hosts(): HostCount[]
  /** True when a proxy of the user's environment is the way out: names are judged here, and resolved there. */
  viaUserProxy: boolean
}

/** What the gate goes by in this job. */
export async function gateRulesOf({ preview, servers }: JobConfig): Promise<GateRules> {
  const { mode, allow, deny } = preview.gate
  return {
    mode,
    allow: allow.map((name) => name.toLowerCase()),
    deny: deny.map((name) => name.toLowerCase()),
    plexNames: await namesOfServers(servers.map(({ url }) => url)),
    plexAccount: preview.expose_token,
  }
}

export interface StartGateOptions {
  env: NodeJS.ProcessEnv
  libraries: readonly string[]
  rules: GateRules
  /** Under which Kometa reaches 127.0.0.1 of this machine: `KometaRunner.host`. */
  host: string
  ledger: Ledger
  log: JobLog
}

/** All of Kometa's ways out that do not lead to Plex: the gate, and read-only proxies for the services of the network. */
export async function startJobGate(config: JobConfig, options: StartGateOptions): Promise<JobGate> {
  const hosts = new Map<string, HostCount>()
  const nextHop = userProxy(options.env)
  const record = (source: 'gate' | 'service') => (entry: GateEntry) => {
    count(hosts, entry)
    note(options.ledger, source, entry)
    if (entry.verdict === 'block') {
      options.log.warning(
        `GATE: ${entry.method} ${entry.host}${entry.port > 0 ? `:${entry.port}` : ''}: ${entry.reason}`,
      )
    }
  }
  const gate = await startGate({
    rules: options.rules,
    nextHop,
    onEntry: record('gate'),
  })
  const services: { proxy: ServiceProxy; url: string }[] = []
  const close = async () => {
    await Promise.all([gate, ...services.map(({ proxy }) => proxy)].map((one) => one[Symbol.asyncDispose]()))
  }
  try {
    const verifySsl = get(config.document, 'settings', 'verify_ssl') !== false
    for (const { service, url } of listServices(config, options.libraries)) {
      services.push({ url, proxy: await startServiceProxy({ service, url, verifySsl, onEntry: record('service') }) })
    }
  } catch (error) {
    await close()
    throw error
  }
  const { host } = options
  // Neither a credential nor a service's path holds a dotted address before its own.
  const reached = (url: string) => url.replace('127.0.0.1', host)
  const proxyUrl = reached(gate.proxyUrl)
  const direct = [...new Set(['127.0.0.1', 'localhost', host])].join(',')
  return {
    env: { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl, NO_PROXY: direct },
    credential: gate.credential,
    services: services.map(({ proxy, url }) => ({ service: proxy.service, url, proxyUrl: reached(proxy.url) })),
    doors: [gate.door, ...services.map(({ proxy }) => proxy.door)],
    hosts: () => [...hosts.values()],
    viaUserProxy: nextHop !== null,
    [Symbol.asyncDispose]: close,
  }
}

function userProxy(env: NodeJS.ProcessEnv): NextHop | null {
  return parseNextHop(env.https_proxy ?? env.HTTPS_PROXY ?? env.http_proxy ?? env.HTTP_PROXY)
}

function count(hosts: Map<string, HostCount>, { host, port, verdict, reason, bytesUp, bytesDown }: GateEntry): void {
  const key = `${host}:${port} ${verdict}`
  const known = hosts.get(key)
  if (known) {
    known.count += 1
    known.bytesUp += bytesUp
    known.bytesDown += bytesDown
  } else if (hosts.size < maxHosts) hosts.set(key, { host, port, verdict, reason, count: 1, bytesUp, bytesDown })
}

function note(ledger: Ledger, source: 'gate' | 'service', entry: GateEntry): void {
  const { timestamp: time, method, host, port, verdict, reason, bytesUp, bytesDown, durationMs } = entry
  const target = port > 0 ? `${host}:${port}` : host
  const verdicts = { pass: 'pass', block: 'block' } as const
  ledger.append({
    time,
    source,
    server: '',
    method,
    target,
    verdict: verdicts[verdict],
    reason,
    status: 0,
    bytes: bytesUp + bytesDown,
    durationMs,
  })
}
