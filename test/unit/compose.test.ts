import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** The keys of the Compose specification that our files use, in its spelling; an unknown key is a mistake. */
const serviceSchema = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.literal('.'), args: z.record(z.string(), z.string()) }),
  container_name: z.string(),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
  command: z.array(z.string()).optional(),
  user: z
    .string()
    .regex(/^\d+:\d+$/)
    .optional(),
  ports: z.array(z.string().regex(/^(?:[\d.]+:)?\d+:\d+$/)),
  environment: z.record(z.string(), z.string()),
  volumes: z.array(z.string().regex(/^[^:]+:\/[^:]+(?::ro)?$/)),
  read_only: z.boolean(),
  tmpfs: z.array(z.string()),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()),
  pids_limit: z.int().positive().optional(),
  mem_limit: z.string().regex(/^\d+[bkmg]$/),
})
const composeSchema = z.strictObject({
  services: z.strictObject({ 'kometa-preview': serviceSchema }),
  volumes: z.record(z.string(), z.null()).optional(),
})

function compose(name: string) {
  const { services, volumes } = composeSchema.parse(parse(readFileSync(join(repository, name), 'utf8')))
  return { service: services['kometa-preview'], volumes }
}

test.each(['compose.yaml', 'compose.strict.yaml'])('%s: mounts the config read-only and nothing else', (name) => {
  const { service, volumes } = compose(name)
  const places = service.volumes.map((volume) => volume.split(':') as [string, string, string?])
  expect(places.map(([, place, mode]) => `${place}${mode === undefined ? '' : `:${mode}`}`)).toEqual([
    ...['/config:ro', '/jobs', '/data'],
  ])
  // Folders next to the file, or a volume that the file names: never the socket of an engine.
  for (const [source] of places)
    expect(source.startsWith('./') || Object.keys(volumes ?? {}).includes(source)).toBe(true)
  expect(service.read_only).toBe(true)
  expect(service.security_opt).toContain('no-new-privileges:true')
  expect(service.ports.map((port) => port.split(':').at(-1))).toEqual(['8787'])
})

test.each(['compose.yaml', 'compose.strict.yaml'])('%s: memory has a limit', (name) => {
  expect(compose(name).service.mem_limit).toBe('4g')
})

test.each(['compose.yaml', 'compose.strict.yaml'])('%s: one variable sets the version of Kometa', (name) => {
  const { args } = compose(name).service.build
  const [, named] = /^ARG KOMETA_IMAGE=(\S+)$/m.exec(readFileSync(join(repository, 'Dockerfile'), 'utf8')) ?? []
  expect(args.KOMETA_IMAGE?.replace(/\$\{KOMETA_VERSION:-([^}]+)\}/, '$1')).toBe(named)
})

test('images have their full names, because Podman has no default registry', () => {
  const images = [...readFileSync(join(repository, 'Dockerfile'), 'utf8').matchAll(/^ARG \w+_IMAGE=(\S+)$/gm)]
  expect(images.map(([, image = '']) => image)).toHaveLength(2)
  for (const [, image] of images) expect(image).toMatch(/^docker\.io\/[\w-]+\/[\w.:-]+$/)
})

test('the first file runs as the user that PUID and PGID name', () => {
  expect(compose('compose.yaml').service.environment).toMatchObject({ PUID: '1000', PGID: '1000' })
})

test('the strict file: no root, no capability, only this machine, a password that must be set', () => {
  const { service } = compose('compose.strict.yaml')
  expect(service).toMatchObject({ user: '1000:1000', cap_drop: ['ALL'], ports: ['127.0.0.1:8787:8787'] })
  expect(service.command).toEqual(['serve', '--isolate', 'on'])
  // Without these settings Docker forbids the network namespace that this file exists for.
  expect(service.security_opt).toEqual(expect.arrayContaining(['seccomp:unconfined', 'apparmor:unconfined']))
  expect(service.environment.KOMETA_PREVIEW_PASSWORD).toMatch(/^\$\{KOMETA_PREVIEW_PASSWORD:\?/)
  expect(service.tmpfs).toEqual([expect.stringContaining('nosuid,nodev')])
})

test('the lock file has the image library for every platform of the container and of users', () => {
  const lock = readFileSync(join(repository, 'package-lock.json'), 'utf8')
  const { packages } = z.object({ packages: z.record(z.string(), z.unknown()) }).parse(JSON.parse(lock))
  for (const platform of ['linux-x64', 'linux-arm64', 'linuxmusl-x64', 'darwin-x64', 'darwin-arm64', 'win32-x64'])
    expect(Object.keys(packages), platform).toContain(`node_modules/@img/sharp-${platform}`)
})
