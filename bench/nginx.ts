import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** How often we try to reach nginx after its start, every 50 ms. */
const attempts = 100

/** Starts nginx as a relay that keeps its connections alive on both sides; null if nginx is not installed. */
export async function startNginx(upstream: string, scratch: string): Promise<({ url: string } & Disposable) | null> {
  if (spawnSync('nginx', ['-v']).error) return null
  const port = await freePort()
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(scratch, name)};`,
  )
  const file = join(scratch, 'nginx.conf')
  writeFileSync(
    file,
    `worker_processes 1; pid ${join(scratch, 'nginx.pid')}; error_log ${join(scratch, 'error.log')};
events { worker_connections 512; }
http { access_log off; ${folders.join(' ')}
upstream origin { server ${upstream.slice('http://'.length)}; keepalive 64; }
server { listen 127.0.0.1:${port}; keepalive_requests 10000000; location / {
  proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; } } }
`,
  )
  const child = spawn('nginx', ['-c', file, '-g', 'daemon off;'], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < attempts; attempt++) {
    const up = await fetch(url).then(
      () => true,
      () => false,
    )
    if (up) return { url, [Symbol.dispose]: () => child.kill() }
    await wait(50)
  }
  child.kill()
  throw new Error('nginx does not answer')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
