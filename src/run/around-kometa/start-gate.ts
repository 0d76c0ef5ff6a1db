import { listServices } from '../../config/read/services.ts'
import type { JobConfig } from '../../config/read/user-config.ts'
import { get } from '../../config/yaml/yaml-value.ts'
import type { Authority } from '../../gate/authority/authority.ts'
import { parseNextHop } from '../../gate/dial.ts'
import { type Gate, startGate } from '../../gate/gate.ts'
import type { GateEntry } from '../../gate/gate-entries.ts'
import { type GateRules, hostSet, normalizeHost } from '../../gate/judge-host.ts'
import type { PlexPlace } from '../../gate/judge-service.ts'
import { type ServiceProxy, startServiceProxy } from '../../gate/service-proxy.ts'
import { exemptions, type Loopback, urlOf } from '../../kometa/isolation/own-doors.ts'
import type { Ledger } from '../../proxy/ledger/ledger.ts'
import type { JobLog } from '../../util/job-log.ts'
import type { Door } from '../../util/net/door.ts'
import type { Redactor } from '../../util/redact.ts'
import type { JobLimits } from '../inputs/limits-of.ts'
import { namesOfServers } from './outside-hosts.ts'

/** Hosts of the summary's table; a config that reaches more than these is odd. */
const maxHosts = 1_000
/** Requests that were refused, for explanations: more tell nothing more. */
const maxRefusals = 2_000
const otherHosts = '(all other hosts)'

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

/** A request that the gate did not let through, or could not get through. */
export type Refusal = Pick<GateEntry, 'method' | 'host' | 'port' | 'tls' | 'path' | 'reason'> & {
  /** Milliseconds since 1970. */
  at: number
}

export interface JobGate extends AsyncDisposable {
  /** For Kometa's environment: HTTPS_PROXY and HTTP_PROXY hold the job's credential. */
  env: Record<string, string>
  /** Must never stand in a log. */
  credential: string
  services: { service: string; url: string; proxyUrl: string }[]
  doors: readonly Door[]
  /** Ends what Kometa left open, so that it is counted. */
  end(): Promise<void>
  hosts(): HostCount[]
  /** In order; the first of them, where there are very many. */
  refusals(): Refusal[]
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
    // Behind a reverse proxy Plex shares its port with the whole internet.
    plexPorts: new Set(servers.map(({ url }) => portOf(url)).filter((port) => port !== 80 && port !== 443)),
    plexAccount: preview.expose_token,
  }
}

export interface StartGateOptions {
  env: NodeJS.ProcessEnv
  libraries: readonly string[]
  rules: GateRules
  /** How Kometa reaches this machine's loopback. */
  loopback: Loopback
  /** Ports of the job's proxies of Plex. */
  plexPorts: readonly number[]
  limits: Pick<JobLimits, 'gate' | 'service'>
  /** What this job's Kometa trusts, once it does. */
  authority: Promise<Authority | null>
  ledger: Ledger
  log: JobLog
  /** A client may put any secret that it knows into a host name or a path: none gets into an entry. */
  redactor: Redactor
}

/** All of Kometa's ways out that do not lead to Plex: the gate, and read-only proxies for the services of the network. */
export async function startJobGate(config: JobConfig, options: StartGateOptions): Promise<JobGate> {
  const hosts = new Map<string, HostCount>()
  const refusals: Refusal[] = []
  const nextHop = parseNextHop(userProxyOf(options.env))
  const record = (source: 'gate' | 'service') => (asSent: GateEntry) => {
    const clean = options.redactor.text
    const entry = { ...asSent, host: clean(asSent.host), path: clean(asSent.path), reason: clean(asSent.reason) }
    count(hosts, entry)
    note(options.ledger, source, entry)
    if (entry.verdict === 'block' && source === 'gate' && refusals.length < maxRefusals) {
      const { method, host, port, tls, path, reason, timestamp } = entry
      refusals.push({ method, host, port, tls, path, reason, at: Date.parse(timestamp) })
    }
    if (entry.verdict === 'block') {
      options.log.warning(`GATE: ${entry.method} ${placeIn(entry)}: ${entry.reason}`)
    }
  }
  if (nextHop === null && userProxyOf(options.env)) {
    options.log.warning(
      'The proxy of your environment is of a kind that the gate cannot go through (it takes http://host:port): hosts are reached without it.',
    )
  }
  const services: { proxy: ServiceProxy; url: string; isRewritten: boolean }[] = []
  let gate: Gate | null = null
  const close = async () => {
    const open = [...services.map(({ proxy }) => proxy), ...(gate === null ? [] : [gate])]
    await Promise.all(open.map((one) => one[Symbol.asyncDispose]()))
  }
  try {
    let plex: PlexPlace[] | null = null
    const verifySsl = get(config.document, 'settings', 'verify_ssl') !== false
    for (const { service, url, isRewritten } of listServices(config, options.libraries)) {
      const onEntry = record('service')
      plex ??= await placesOf(config)
      const limits = options.limits.service
      const proxy = await startServiceProxy({ service, url, verifySsl, plex, limits, onEntry })
      services.push({ url, proxy, isRewritten })
    }
    const ownPorts = new Set([...options.plexPorts, ...services.map(({ proxy }) => proxy.door.port)])
    gate = await startGate({
      rules: options.rules,
      nextHop,
      ownPorts,
      services: new Map(
        services.filter(({ isRewritten }) => !isRewritten).map(({ url, proxy }) => [placeOf(url), proxy.door.port]),
      ),
      limits: options.limits.gate,
      authority: options.authority,
      onEntry: record('gate'),
    })
    const { address } = options.loopback
    // The credential cannot hold a dotted address.
    const proxyUrl = gate.proxyUrl.replace('127.0.0.1', address)
    return {
      env: { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl, NO_PROXY: exemptions(options.loopback, ownPorts) },
      credential: gate.credential,
      services: services
        .filter(({ isRewritten }) => isRewritten)
        .map(({ proxy, url }) => {
          return { service: proxy.service, url, proxyUrl: urlOf(options.loopback, proxy.door.port) }
        }),
      doors: [gate.door, ...services.map(({ proxy }) => proxy.door)],
      end: close,
      hosts: () => [...hosts.values()],
      refusals: () => refusals,
      viaUserProxy: nextHop !== null,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function placesOf({ servers }: JobConfig): Promise<PlexPlace[]> {
  return Promise.all(
    servers.map(async ({ url }) => {
      return { names: hostSet(await namesOfServers([url])), port: portOf(url) }
    }),
  )
}

/** `host:port`, as the gate spells it. */
function placeOf(url: string): string {
  const { hostname } = new URL(url)
  return `${normalizeHost(hostname) ?? hostname}:${portOf(url)}`
}

function portOf(url: string): number {
  const { protocol, port } = new URL(url)
  return Number(port || (protocol === 'https:' ? 443 : 80))
}

const userProxyOf = (env: NodeJS.ProcessEnv): string | undefined =>
  env.https_proxy || env.HTTPS_PROXY || env.http_proxy || env.HTTP_PROXY

function count(hosts: Map<string, HostCount>, entry: GateEntry): void {
  const { verdict, reason, bytesUp, bytesDown } = entry
  // Past the bound all others are one row: their count and bytes are still there.
  const room = hosts.size < maxHosts || hosts.has(`${entry.host}:${entry.port} ${verdict}`)
  const { host, port } = room ? entry : { host: otherHosts, port: 0 }
  const key = `${host}:${port} ${verdict}`
  const known = hosts.get(key)
  if (known) {
    known.count += 1
    known.bytesUp += bytesUp
    known.bytesDown += bytesDown
  } else hosts.set(key, { host, port, verdict, reason, count: 1, bytesUp, bytesDown })
}

const placeIn = ({ host, port, path }: GateEntry): string => `${host}${port > 0 ? `:${port}` : ''}${path}`

function note(ledger: Ledger, source: 'gate' | 'service', entry: GateEntry): void {
  const { timestamp: time, method, verdict, reason, bytesUp, bytesDown, durationMs } = entry
  const verdicts = { pass: 'pass', block: 'block' } as const
  ledger.append({
    time,
    source,
    server: '',
    method,
    target: placeIn(entry),
    verdict: verdicts[verdict],
    reason,
    status: 0,
    bytes: bytesUp + bytesDown,
    durationMs,
  })
}
