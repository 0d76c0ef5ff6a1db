import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { create } from 'tar'
import type { ReleaseSource } from '../../src/kometa/install/setup-code.ts'

/** A checkout with all that makes a Kometa one, and with things of its user's that are none of ours. */
export function fakeCheckout(dir: string, version = '2.4.4'): string {
  const files = {
    'kometa.py': 'print("Kometa")\n',
    'requirements.txt': '# nothing\n',
    VERSION: `${version}\n`,
    'modules/plex.py': '',
    'fonts/Inter.ttf': 'font',
    'defaults/overlays/resolution.yml': 'overlays: {}\n',
    'config/config.yml': 'plex: {token: secret}\n',
    'config/logs/meta.log': '',
    '.git/HEAD': 'ref: refs/heads/master\n',
    'kometa-venv/bin/python': '',
    'modules/__pycache__/plex.pyc': '',
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  return dir
}

/** An archive as GitHub packs it: all below one folder. */
export async function packRelease(parent: string, version: string, to: string): Promise<string> {
  fakeCheckout(join(parent, `Kometa-${version}`), version)
  await create({ file: to, cwd: parent, gzip: true, portable: true }, [`Kometa-${version}`])
  return to
}

type Answer = { status: number; body?: Buffer; location?: string; length?: number; cut?: boolean }

/** A host of releases: what it answers is told per request, and each request is kept. */
export async function releaseHost(answer: (path: string, count: number) => Answer) {
  const requests: string[] = []
  const server = createServer((req, res) => {
    requests.push(req.url ?? '')
    const { status, body = Buffer.alloc(0), location, cut } = answer(req.url ?? '', requests.length)
    res.writeHead(status, { 'content-length': body.length, ...(location === undefined ? {} : { location }) })
    if (cut) {
      res.write(body.subarray(0, body.length / 2), () => res.destroy())
    } else res.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const releases: ReleaseSource = { url: (version) => `${origin}/v${version}.tar.gz`, origins: [origin] }
  return {
    origin,
    releases,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/**
 * A stand-in for uv, since a real environment with pip takes 10 s: it makes one without pip, and "installs" whatever
 * does not say that it is missing. What it was asked goes to `uv.log` beside it.
 */
export function standInUv(dir: string): string {
  mkdirSync(dir, { recursive: true })
  const script = `#!/bin/sh
echo "$*" >> '${dir}/uv.log'
case "$1" in
  venv) exec python3 -m venv --without-pip "$4" ;;
  pip)
    if grep -q missing "$6"; then echo "No solution found: there is no version of missing" >&2; exit 1; fi
    if grep -q slow "$6"; then exec sleep 60; fi ;;
  *) echo "unexpected: $*" >&2; exit 2 ;;
esac
`
  writeFileSync(join(dir, 'uv'), script)
  chmodSync(join(dir, 'uv'), 0o755)
  return dir
}

/** Why no virtual environment can be made here; null when it can. */
export function venvMissing(): string | null {
  const probe = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)'
  const names = process.platform === 'win32' ? ['python'] : ['python3']
  return names.some((name) => spawnSync(name, ['-c', probe]).status === 0)
    ? null
    : 'no python3 from 3.10 on with venv and pip was found'
}
