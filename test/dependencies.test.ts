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

test('dependencies are fixed to one version each', () => {
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([])
})

test('nothing of ours or of a package runs at the installation of the product', () => {
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish']
  expect(hooks.filter((name) => name in manifest.scripts)).toEqual([])
  const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true)
  // Development alone, and each allowed by name.
  expect(scripted.filter(([, { dev }]) => dev !== true).map(([name]) => name)).toEqual([])
  expect(
    scripted
      .map(([name]) => name.replace(/^.*node_modules\//, ''))
      .filter((name) => !(name in manifest.allowScripts) && name !== 'fsevents'),
  ).toEqual([])
})

test('the lock file names no place to download from', () => {
  expect(
    Object.values(packages).filter(({ resolved }) => resolved !== undefined && !resolved.startsWith('file:')),
  ).toEqual([])
})
