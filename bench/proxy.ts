import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { classifyRead } from '../src/plex/classify-read.ts'
import { decide } from '../src/proxy/policy.ts'

/**
 * The proxy, policy and records on, beside a bare undici relay and nginx (where it is installed): latency, throughput,
 * images, memory. `npx tsx bench/proxy.ts`; sides in random order, medians of BENCH_ROUNDS (5).
 */
const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const root = fileURLToPath(new URL('..', import.meta.url))
const token = 'benchClientToken0123456789'
const smallPath = '/library/metadata/1'
const imagePath = '/library/metadata/1/thumb/1600000000'

interface Peer {
  name: string
  url: string
  child: ChildProcess
}

async function start(name: string, role: string, upstream = ''): Promise<Peer> {
  const child = fork(join(root, 'bench/proxy-peer.ts'), [role, upstream], { execArgv: ['--import', 'tsx'] })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { url: string }).url))
    child.once('exit', (code) => reject(new Error(`${name} ended: ${code}`)))
  })
  return { name, url, child }
}

async function startNginx(upstream: string, scratch: string): Promise<Peer | null> {
  if (spawnSync('nginx', ['-v']).error) return null
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const config = `worker_processes 1; pid ${scratch}/nginx.pid; error_log ${scratch}/error.log; events { worker_connections 512; }
http { access_log off; client_body_temp_path ${scratch}/a; proxy_temp_path ${scratch}/b; fastcgi_temp_path ${scratch}/c; uwsgi_temp_path ${scratch}/d; scgi_temp_path ${scratch}/e;
upstream origin { server ${upstream.slice(7)}; keepalive 64; }
server { listen 127.0.0.1:${port}; keepalive_requests 10000000; location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`
  writeFileSync(join(scratch, 'nginx.conf'), config)
  const child = spawn('nginx', ['-c', join(scratch, 'nginx.conf'), '-g', 'daemon off;'], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 100; attempt++) {
    const up = await fetch(url).then(
      () => true,
      () => false,
    )
    if (up) return { name: 'nginx', url, child }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('nginx does not answer')
}

async function drive(
  peer: Peer,
  path: string,
  connections: number,
  total: number,
): Promise<{ ms: number; p50: number }> {
  const pool = new Pool(peer.url, { connections, pipelining: 1 })
  const headers = { 'x-plex-token': token, accept: '*/*' }
  const times: number[] = []
  let left = total
  const worker = async () => {
    while (left > 0) {
      left -= 1
      const started = performance.now()
      const { statusCode, body } = await pool.request({ path, method: 'GET', headers })
      if (statusCode !== 200) throw new Error(`${peer.name} answered ${statusCode}`)
      await body.dump({ limit: 64 * 1024 * 1024 })
      times.push(performance.now() - started)
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: connections }, worker))
  const ms = performance.now() - started
  await pool.close()
  return { ms, p50: times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN }
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const shuffled = <T>(list: T[]): T[] =>
  list
    .map((value) => ({ value, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value)

const scratch = mkdtempSync(join(tmpdir(), 'bench-nginx-'))
const origin = await start('origin', 'origin')
const relay = await start('bare undici relay', 'relay', origin.url)
const preview = await start('preview proxy', 'preview', origin.url)
const nginx = await startNginx(origin.url, scratch)
const peer3 = await start('http-proxy-3', 'http-proxy-3', origin.url)
const peers = [relay, preview, peer3, ...(nginx ? [nginx] : [])]
const figures: Record<string, { latency: number[]; rate: number[]; image: number[] }> = {}
for (const peer of peers) {
  figures[peer.name] = { latency: [], rate: [], image: [] }
  await drive(peer, smallPath, 32, 3_000)
}
console.log(`load ${loadavg()[0]?.toFixed(2)}; ${rounds} rounds`)
for (let round = 0; round < rounds; round++) {
  for (const peer of shuffled(peers)) figures[peer.name]?.latency.push((await drive(peer, smallPath, 1, 1_500)).p50)
  for (const peer of shuffled(peers))
    figures[peer.name]?.rate.push(10_000 / ((await drive(peer, smallPath, 32, 10_000)).ms / 1_000))
  for (const peer of shuffled(peers))
    figures[peer.name]?.image.push(120 / ((await drive(peer, imagePath, 4, 120)).ms / 1_000))
}

async function resident(peer: Peer): Promise<number> {
  const answer = new Promise<{ rss: number }>((resolve) =>
    peer.child.once('message', (message) => resolve(message as { rss: number })),
  )
  peer.child.send('memory')
  return (await answer).rss / 1024 ** 2
}
const before = await resident(preview)
await drive(preview, smallPath, 8, 10_000)
const slope = (await resident(preview)) - before

function decisionTimes(): { p50: number; p99: number } {
  const context = {
    section: () => undefined,
    listedArtwork: () => false,
    acceptsToken: (given: string) => given === token,
  }
  const summary = {
    method: 'GET',
    rawTarget: smallPath,
    httpVersion: '1.1',
    hasBody: false,
    hasUpgrade: false,
    hasHost: true,
    tooManyHeaders: false,
    tokenHeader: token,
  }
  const times: number[] = []
  for (let index = 0; index < 200_000; index++) {
    const started = process.hrtime.bigint()
    decide({ ...summary, rawTarget: `/library/metadata/${index}` }, context)
    times.push(Number(process.hrtime.bigint() - started) / 1_000)
  }
  if (!classifyRead({ method: 'GET', rawTarget: smallPath, context }).ok) throw new Error('the read is not on the list')
  const sorted = times.slice(20_000).sort((a, b) => a - b)
  return { p50: sorted[Math.floor(sorted.length * 0.5)] ?? 0, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 }
}

console.log(`\nload ${loadavg()[0]?.toFixed(2)}`)
console.log(
  `${''.padEnd(20)}${'2 KB, 1 at a time, p50'.padStart(24)}${'2 KB/s, 32 at once'.padStart(22)}${'5 MB images/s'.padStart(16)}`,
)
const medians = Object.fromEntries(
  Object.entries(figures).map(([name, { latency, rate, image }]) => [
    name,
    { latency: median(latency), rate: median(rate), image: median(image) },
  ]),
)
for (const [name, { latency, rate, image }] of Object.entries(medians)) {
  console.log(
    `${name.padEnd(20)}${`${latency.toFixed(3)} ms`.padStart(24)}${rate.toFixed(0).padStart(22)}${image.toFixed(1).padStart(16)}`,
  )
}
const ours = medians['preview proxy']
const bare = medians['bare undici relay']
const policy = decisionTimes()
if (ours && bare) {
  const rows = [
    ['latency of a 2 KB read : relay', (ours.latency / bare.latency).toFixed(2), '<= 1.2'],
    ['2 KB reads/s, 32 connections : relay', (ours.rate / bare.rate).toFixed(2), '>= 0.85'],
    [
      '2 KB reads/s, 32 connections : http-proxy-3',
      (ours.rate / (medians['http-proxy-3']?.rate ?? Number.NaN)).toFixed(2),
      '>= 2',
    ],
    ['5 MB images : relay', (ours.image / bare.image).toFixed(2), '>= 0.9'],
    ['policy decision p50 / p99, us', `${policy.p50.toFixed(1)} / ${policy.p99.toFixed(1)}`, '<= 3 p99'],
    ['memory after 10,000 requests more, MB', slope.toFixed(1), '< 1'],
  ]
  for (const [figure = '', value = '', goal = ''] of rows)
    console.log(`${figure.padEnd(44)}${value.padStart(12)}   goal ${goal}`)
  mkdirSync(join(root, 'bench/results'), { recursive: true })
  writeFileSync(
    join(root, 'bench/results', `proxy-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.json`),
    JSON.stringify({ load: loadavg(), rows, figures }, null, 2),
  )
}
for (const { child } of [...peers, origin]) child.connected ? child.disconnect() : child.kill()
rmSync(scratch, { recursive: true, force: true })
