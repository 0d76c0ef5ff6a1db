import { listServices } from '../../config/read/services.ts'
import type { JobConfig } from '../../config/read/user-config.ts'
import { get } from '../../config/yaml/yaml-value.ts'
import type { Authority } from '../../gate/authority/authority.ts'
import { parseNextHop } from '../../gate/dial.ts'
import { startGate } from '../../gate/gate.ts'
import { type GateRules, hostSet, normalizeHost } from '../../gate/judge-host.ts'
import type { PlexPlace } from '../../gate/judge-service.ts'
import { type ServiceProxy, startServiceProxy } from '../../gate/service-proxy.ts'
import { exemptions, type Loopback, urlOf } from '../../kometa/isolation/own-doors.ts'
import type { Door } from '../../util/net/door.ts'
import { type JobLimits, limitsOf } from '../inputs/limits-of.ts'
import type { Job } from '../job.ts'
import { closeOnFailure } from '../resources.ts'
import { createGateLog, type GateLog, type GateLogDeps } from './gate-log.ts'
import type { JobTrust } from './job-trust.ts'
import { namesOfServers } from './outside-hosts.ts'
import type { JobProxies } from './start-proxies.ts'

export interface JobGate extends AsyncDisposable {
  /** For Kometa's environment: HTTPS_PROXY and HTTP_PROXY hold the job's credential. */
  env: Record<string, string>
  /** It must never appear in a log. */
  credential: string
  services: { service: string; url: string; proxyUrl: string }[]
  doors: readonly Door[]
  /** Closes what Kometa left open, so that its bytes are counted. */
  end(): Promise<void>
  hosts: GateLog['hosts']
  refusals: GateLog['refusals']
  /** True if the way out is a proxy of the user's environment: names are judged here, and resolved there. */
  viaUserProxy: boolean
}

/** The rules by which this job's gate judges hosts. */
export async function gateRulesOf({ preview, servers }: JobConfig): Promise<GateRules> {
  const { mode, allow, deny } = preview.gate
  return {
    mode,
    allow: allow.map((name) => name.toLowerCase()),
    deny: deny.map((name) => name.toLowerCase()),
    plexNames: await namesOfServers(servers.map(({ url }) => url)),
    // Behind a reverse proxy Plex has a port that the whole internet uses, which cannot be closed.
    plexPorts: new Set(servers.map(({ url }) => portOf(url)).filter((port) => port !== 80 && port !== 443)),
    plexAccount: preview.expose_token,
  }
}

export interface StartGateOptions extends GateLogDeps {
  env: NodeJS.ProcessEnv
  libraries: readonly string[]
  rules: GateRules
  /** How Kometa reaches this machine's loopback. */
  loopback: Loopback
  /** Ports of the job's Plex proxies. */
  plexPorts: readonly number[]
  limits: Pick<JobLimits, 'gate' | 'service'>
  /** The job's certificate authority, once this job's Kometa trusts it; null if it cannot be made to. */
  authority: Promise<Authority | null>
}

/** Starts the gate of a job. */
export function startGateOf(
  { input, gateRules, records, log }: Job,
  around: { proxies: JobProxies; trust: Promise<JobTrust | null>; loopback: Loopback },
): Promise<JobGate> {
  const { request, redactor, libraries } = input
  const authority = around.trust.then(
    (made) => made?.authority ?? null,
    // The error ends the job where Kometa is started.
    () => null,
  )
  return startJobGate(request.config, {
    ...{ env: request.env, libraries, rules: gateRules, loopback: around.loopback, authority },
    ...{ ledger: records.ledger, log, redactor },
    plexPorts: around.proxies.doors.map(({ port }) => port),
    limits: limitsOf(request.config.preview.timeouts),
  })
}

/** Starts all of Kometa's ways out that do not lead to Plex: the gate, and read-only proxies of services on the LAN. */
export async function startJobGate(config: JobConfig, options: StartGateOptions): Promise<JobGate> {
  const gateLog = createGateLog(options)
  const userProxy = userProxyOf(options.env)
  const nextHop = parseNextHop(userProxy)
  if (nextHop === null && userProxy) options.log.warning(unusableProxy)
  const services = await startServices(config, options, gateLog)
  return closeOnFailure(services, async () => {
    const ownPorts = new Set([...options.plexPorts, ...services.open.map(({ proxy }) => proxy.door.port)])
    const [rewritten, direct] = [true, false].map((is) => services.open.filter(({ isRewritten }) => isRewritten === is))
    const gate = await startGate({
      ...{ rules: options.rules, nextHop, ownPorts, limits: options.limits.gate, authority: options.authority },
      services: new Map(direct?.map(({ url, proxy }) => [placeOf(url), proxy.door.port])),
      onEntry: gateLog.record('gate'),
    })
    const close = async () => {
      await Promise.all([gate[Symbol.asyncDispose](), services[Symbol.asyncDispose]()])
    }
    // The gate's credential has no dotted address in it, so only the host is replaced.
    const proxyUrl = gate.proxyUrl.replace('127.0.0.1', options.loopback.address)
    return {
      env: { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl, NO_PROXY: exemptions(options.loopback, ownPorts) },
      credential: gate.credential,
      services: (rewritten ?? []).map(({ proxy, url }) => {
        return { service: proxy.service, url, proxyUrl: urlOf(options.loopback, proxy.door.port) }
      }),
      doors: [gate.door, ...services.open.map(({ proxy }) => proxy.door)],
      ...{ hosts: gateLog.hosts, refusals: gateLog.refusals, viaUserProxy: nextHop !== null },
      end: close,
      [Symbol.asyncDispose]: close,
    }
  })
}

const unusableProxy =
  'The proxy of your environment is of a kind that the gate cannot go through (it takes http://host:port): ' +
  'hosts are reached without it.'

interface OpenService {
  proxy: ServiceProxy
  url: string
  isRewritten: boolean
}

/** Starts a read-only proxy for each service that these libraries use. */
async function startServices(
  config: JobConfig,
  { libraries, limits }: Pick<StartGateOptions, 'libraries' | 'limits'>,
  gateLog: GateLog,
): Promise<AsyncDisposable & { open: readonly OpenService[] }> {
  const open: OpenService[] = []
  const all = {
    open,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(open.map(({ proxy }) => proxy[Symbol.asyncDispose]()))
    },
  }
  return closeOnFailure(all, async () => {
    const listed = listServices(config, libraries)
    const plex = listed.length === 0 ? [] : await placesOf(config)
    const verifySsl = get(config.document, 'settings', 'verify_ssl') !== false
    const onEntry = gateLog.record('service')
    for (const { service, url, isRewritten } of listed) {
      const proxy = await startServiceProxy({ service, url, verifySsl, plex, limits: limits.service, onEntry })
      open.push({ url, proxy, isRewritten })
    }
    return all
  })
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
