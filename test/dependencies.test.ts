import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Locked {
  version?: string
  hasInstallScript?: boolean
  dev?: boolean
  resolved?: string
}
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const manifest = read('package.json') as Record<
  'dependencies' | 'devDependencies' | 'scripts' | 'allowScripts',
  Record<string, unknown>
>
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> }

test('every dependency is pinned to one version', () => {
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([])
})

test('installing the product runs no script of ours or of a package', () => {
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish']
  expect(hooks.filter((name) => name in manifest.scripts)).toEqual([])
  const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true)
  // Only for development, and each one allowed by name.
  expect(scripted.filter(([, { dev }]) => dev !== true).map(([name]) => name)).toEqual([])
  expect(
    scripted
      .map(([name]) => name.replace(/^.*node_modules\//, ''))
      .filter((name) => !(name in manifest.allowScripts) && name !== 'fsevents'),
  ).toEqual([])
})

test('the lock file names no download address', () => {
  expect(
    Object.values(packages).filter(({ resolved }) => resolved !== undefined && !resolved.startsWith('file:')),
  ).toEqual([])
})
