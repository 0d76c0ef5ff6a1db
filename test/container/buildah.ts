import { homedir } from 'node:os'
import { join } from 'node:path'
import { command, hasProgram } from './command.ts'

/** Bases are kept here between runs; each takes minutes to make. */
const cacheFolder = join(
  process.env.KOMETA_PREVIEW_TEST_CACHE ?? join(homedir(), '.cache', 'kometa-preview-test'),
  'container',
)

/** Why no image can be built and run here; null when it can. */
export function containerMissing(): string | null {
  if (process.platform !== 'linux') return 'it needs Linux'
  if (process.getuid?.() !== 0) return 'it needs root, to make base images and mount them'
  const missing = ['buildah', 'debootstrap', 'apt-get', 'unshare', 'nsenter', 'ip'].filter((name) => !hasProgram(name))
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')} (apt-get install buildah debootstrap)`
}

/** Debian's buildah without a daemon: chroot for a sandbox, plain folders for storage. */
export function buildah(...args: readonly string[]): string {
  const store = ['--root', join(cacheFolder, 'store'), '--runroot', join(cacheFolder, 'run'), '--storage-driver', 'vfs']
  return command('buildah', [...store, ...args], { env: { BUILDAH_ISOLATION: 'chroot' } })
}

export function hasImage(name: string): boolean {
  return buildah('images', '--format', '{{.Name}}:{{.Tag}}').split('\n').includes(name)
}

/** Fills a new image: `fill` gets its root folder. */
export async function makeImage(
  name: string,
  from: string,
  fill: (root: string, container: string) => Promise<void> | void,
  config: readonly string[] = [],
): Promise<void> {
  const container = buildah('from', from)
  try {
    await fill(buildah('mount', container), container)
    if (config.length > 0) buildah('config', ...config, container)
    buildah('commit', '--format', 'docker', container, name)
  } finally {
    buildah('rm', container)
  }
}
