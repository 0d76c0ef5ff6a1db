import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { allowList, type Room } from './allow-list.ts'
import { checkWalls } from './check-walls.ts'
import type { Fault, Rule } from './fault.ts'
import { readProject } from './project-files.ts'
import { readUses } from './read-uses.ts'
import type { Use } from './use.ts'

const files = readProject(fileURLToPath(new URL('../..', import.meta.url)))
const project: ReadonlyMap<string, readonly Use[]> = new Map(
  [...files].map(([path, source]) => [path, readUses(path, source)]),
)

const ownFaults = checkWalls(project, allowList)

/** The faults that more files, or other texts of files, bring into the project. */
function plant(sources: Readonly<Record<string, string>>, rooms: readonly Room[] = allowList.rooms): Fault[] {
  const planted = Object.entries(sources).map(([path, source]) => [path, readUses(path, source)] as const)
  const known = new Set(ownFaults.map(({ text }) => text))
  const faults = checkWalls(new Map([...project, ...planted]), { ...allowList, rooms })
  return faults.filter(({ text }) => !known.has(text))
}

test('every file of the project keeps to the allow-list', () => {
  expect(files.size).toBeGreaterThan(1000)
  expect(ownFaults.map(({ rule, text }) => `${rule}: ${text}`)).toEqual([])
})

/** What is planted where, by which rule it is caught, and a word of the reason. */
const planted: readonly [path: string, source: string, rule: Rule, reason: string][] = [
  // Imports between rooms, in each form.
  ['src/run/x.ts', "import { a } from '../demo/own-poster.ts'", 'room', 'src/run may import'],
  ['src/run/x.ts', "import {\n  a,\n  b,\n} from\n  '../demo/own-poster.ts'", 'room', 'src/demo/own-poster.ts'],
  ['src/run/x.ts', "import type { A } from '../server/studio.ts'", 'room', 'src/server/studio.ts'],
  ['src/run/x.ts', "let a: import('../server/studio.ts').A", 'room', 'src/server/studio.ts'],
  ['src/run/x.ts', "export { a } from '../demo/own-poster.ts'", 'room', 'src/demo/own-poster.ts'],
  ['src/run/x.ts', "export * from '../demo/own-poster.ts'", 'room', 'src/demo/own-poster.ts'],
  ['src/run/x.ts', "await import('../demo/own-poster.ts')", 'room', 'src/demo/own-poster.ts'],
  ['src/run/x.ts', 'await import(`../demo/own-poster.ts`)', 'room', 'src/demo/own-poster.ts'],
  ['src/run/x.ts', "await import('../de' + 'mo/own-poster.ts')", 'room', 'src/demo/own-poster.ts'],
  ['src/run/x.ts', "new URL('../demo/own-poster.ts', import.meta.url)", 'room', 'src/demo/own-poster.ts'],
  ['src/run/x.ts', "import a = require('../demo/own-poster.ts')", 'room', 'src/demo/own-poster.ts'],
  // Sideways, upwards, and out of src/.
  ['src/gate/x.ts', "import { a } from '../proxy/server.ts'", 'room', 'src/gate may import'],
  ['src/config/x.ts', "import { a } from '../kometa/find.ts'", 'room', 'src/config may import'],
  ['src/contract/x.ts', "import { a } from '../util/redact.ts'", 'room', 'may import no other room'],
  ['src/policy/x.ts', "import { a } from '../util/redact.ts'", 'room', 'src/policy may import src/contract.'],
  ['web/x.tsx', "import { a } from '../src/util/redact.ts'", 'room', 'web may import src/contract.'],
  ['src/run/x.ts', "import { a } from '../../test/support/raw-client.ts'", 'room', 'test/support/raw-client.ts'],
  ['src/run/x.ts', "import { a } from '../../../elsewhere.ts'", 'unknown path', 'which is in no room'],
  // Clients that could write to Plex, in each form.
  ['src/run/x.ts', "await fetch('http://plex', { method: 'PUT' })", 'global', 'uses fetch'],
  ['src/run/x.ts', "await globalThis.fetch('http://plex')", 'global', 'uses fetch'],
  ['src/run/x.ts', "await globalThis['fetch']('http://plex')", 'global', 'uses fetch'],
  ['src/run/x.ts', 'const { fetch: ask } = globalThis', 'global', 'uses globalThis'],
  ['src/run/x.ts', "Reflect.get(globalThis, 'fetch')", 'global', 'uses globalThis'],
  ['src/run/x.ts', "const ask = fetch; await ask('http://plex')", 'global', 'uses fetch'],
  ['src/run/x.ts', "new WebSocket('ws://plex')", 'global', 'uses WebSocket'],
  ['src/run/x.ts', "new globalThis.EventSource('http://plex')", 'global', 'uses EventSource'],
  ['web/x.ts', "await window.fetch('/x')", 'global', 'uses fetch'],
  ['src/run/x.ts', "eval('1')", 'global', 'uses eval'],
  ['src/run/x.ts', "new Function('1')", 'global', 'uses Function'],
  ['src/proxy/x.ts', "import { request } from 'undici'", 'module', 'uses undici'],
  ['src/proxy/x.ts', "import {\n  request,\n} from 'undici'", 'module', 'uses undici'],
  ['src/proxy/x.ts', "import 'undici'", 'module', 'uses undici'],
  ['src/proxy/x.ts', "import { type Dispatcher } from 'undici'", 'module', 'uses undici'],
  ['src/proxy/x.ts', "const { request } = await import('undici')", 'module', 'uses undici'],
  ['src/proxy/x.ts', "export { request } from 'undici'", 'module', 'uses undici'],
  ['src/proxy/x.ts', "import { Pool } from 'undici/lib/dispatcher/pool.js'", 'module', 'uses undici/lib/'],
  ['src/proxy/x.ts', "import '../../node_modules/undici/index.js'", 'module', 'uses undici'],
  ['src/run/x.ts', "import { request } from 'undici'", 'package', 'src/run'],
  ['src/proxy/x.ts', "import { request } from 'node:http'", 'module', 'uses node:http'],
  ['src/proxy/x.ts', "import { request } from 'https'", 'module', 'uses https'],
  ['src/proxy/x.ts', "import * as http2 from 'node:http2'", 'module', 'uses node:http2'],
  ['src/proxy/x.ts', "import { connect } from 'net'", 'module', 'uses net'],
  ['src/proxy/x.ts', "import { isIP, connect } from 'node:net'", 'module', 'uses node:net'],
  ['src/proxy/x.ts', "import tls from 'node:tls'", 'module', 'uses node:tls'],
  ['src/proxy/x.ts', "import { createSocket } from 'dgram'", 'module', 'uses dgram'],
  ['src/proxy/x.ts', "import { resolve } from 'node:dns/promises'", 'module', 'uses node:dns/promises'],
  ['src/proxy/x.ts', "import { ClientRequest } from '_http_client'", 'module', 'uses _http_client'],
  ['src/proxy/x.ts', "import { spawn } from 'node:child_process'", 'module', 'uses node:child_process'],
  ['src/proxy/x.ts', "require('http').request('http://plex')", 'module', 'uses http'],
  ['src/proxy/x.ts', "import { createRequire } from 'node:module'", 'module', 'uses node:module'],
  ['src/proxy/x.ts', "const load = createRequire(import.meta.url)\nload('node:http')", 'module', 'uses node:http'],
  ['src/proxy/x.ts', "createRequire(import.meta.url)('node:http')", 'module', 'uses node:http'],
  ['src/proxy/x.ts', "process.getBuiltinModule('node:http')", 'module', 'uses node:http'],
  ['src/proxy/x.ts', "import axios from 'axios'", 'package', 'no package axios'],
  ['src/proxy/x.ts', "import 'data:text/javascript,1'", 'unknown path', 'data:text/javascript'],
  ['src/proxy/x.ts', 'await import(name)', 'computed name', 'computed module name'],
  ['src/proxy/x.ts', 'require(name)', 'computed name', 'computed module name'],
  // The pure rooms, the door, and a room that nobody knows.
  ['src/policy/x.ts', "import { createHash } from 'node:crypto'", 'module', 'src/policy is pure'],
  ['src/policy/x.ts', "import type { IncomingMessage } from 'node:http'", 'module', 'src/policy is pure'],
  ['src/contract/x.ts', "import { join } from 'path'", 'module', 'src/contract is pure'],
  ['test/e2e/x.ts', "import { a } from '../../src/demo/sample-plex/sample-plex.ts'", 'door', 'watched-plex.ts'],
  ['src/reports/x.ts', 'export const a = 1', 'unknown room', 'test/walls/allow-list.ts'],
  ['tools/x.ts', 'export const a = 1', 'unknown room', 'test/walls/allow-list.ts'],
]

describe('a planted violation is caught for its own reason', () => {
  test.each(planted)('%s: %s', (path, source, rule, reason) => {
    const faults = plant({ [path]: source })
    expect(faults.map((fault) => fault.rule)).toContain(rule)
    const fault = faults.find((each) => each.rule === rule && each.text.includes(reason))
    expect(fault, JSON.stringify(faults)).toBeDefined()
    expect(fault?.at).toBe(rule === 'unknown room' ? 'test/walls/allow-list.ts' : `${path}:${lineOf(source)}`)
  })

  test('a file that is in the list for one module may not use another', () => {
    const faults = plant({
      'src/gate/dial.ts': "import { connect } from 'node:net'\nimport { request } from 'node:http'",
    })
    expect(faults.map(({ at, rule }) => [at, rule])).toEqual([['src/gate/dial.ts:2', 'module']])
  })
})

describe('a circle is caught', () => {
  test.each([
    ['within a room', "import { b } from './y.ts'", "import { a } from './x.ts'"],
    ['of types alone', "import type { B } from './y.ts'", "import type { A } from './x.ts'"],
    ['by way of import()', "await import('./y.ts')", "export * from './x.ts'"],
  ])('%s', (_, one, other) => {
    const text = 'src/run/x.ts -> src/run/y.ts -> src/run/x.ts go round'
    expect(plant({ 'src/run/x.ts': one, 'src/run/y.ts': other })).toEqual([
      { rule: 'cycle', at: 'src/run/x.ts', text: expect.stringContaining(text) },
    ])
  })

  test('of three files is named as one way round', () => {
    const faults = plant({
      'src/run/x.ts': "import './y.ts'",
      'src/run/y.ts': "import './z.ts'\nimport '../util/redact.ts'",
      'src/run/z.ts': "import './x.ts'",
    })
    expect(faults.map(({ text }) => text)).toEqual([
      expect.stringContaining('src/run/x.ts -> src/run/y.ts -> src/run/z.ts -> src/run/x.ts go round'),
    ])
  })

  test('between rows of the allow-list', () => {
    const rooms = allowList.rooms.map((room) =>
      room.name === 'src/run' ? { ...room, imports: [...room.imports, 'src/demo'] } : room,
    )
    const faults = plant({ 'src/run/x.ts': "import { a } from '../demo/own-poster.ts'" }, rooms)
    expect(faults.map(({ rule, at }) => [rule, at])).toEqual([['cycle', 'test/walls/allow-list.ts']])
    expect(faults[0]?.text).toContain('src/run may import src/demo, which has no row above it')
  })
})

test('a line of the list that is not needed any more is caught', () => {
  const faults = plant({ 'src/gate/dial.ts': 'export const a = 1' })
  expect(faults.map(({ rule }) => rule)).toEqual(['row without use'])
  expect(faults[0]?.text).toContain('src/gate/dial.ts does not use node:net')
})

describe('what is allowed is not caught', () => {
  test.each([
    ['src/demo/x.ts', "import { a } from '../run/run.ts'"],
    ['src/run/x.ts', "import { isIP } from 'node:net'\nimport type { Server } from 'node:http'"],
    ['src/proxy/x.ts', "import type { Dispatcher } from 'undici'\nlet a: import('node:net').Server"],
    ['src/run/x.ts', 'interface Source { fetch(): void }\nconst a = (source: Source) => source.fetch()'],
    ['src/run/x.ts', '// fetch(1)\nconst a = "import(\'undici\')"'],
    ['web/x.ts', 'const a = window.location.href'],
    ['src/run/x.test.ts', "import { connect } from 'node:net'\nimport { a } from '../../test/support/raw-client.ts'"],
  ])('%s: %s', (path, source) => {
    expect(plant({ [path]: source })).toEqual([])
  })
})

/** The line of the last import or use in a planted text: those of several lines begin at their first. */
const lineOf = (source: string) => (/^const load/.test(source) ? 2 : 1)
