import { posix } from 'node:path'
import type { AllowList, Room } from './allow-list.ts'
import { checkModule, packageOf } from './check-module.ts'
import type { Fault, Judged } from './fault.ts'
import { findCycles } from './find-cycles.ts'
import type { Use } from './use.ts'

const listFile = 'test/walls/allow-list.ts'
const waysFile = 'test/walls/ways-out.ts'

/** Checks what each file takes (path from the root -> uses). An empty answer means that the walls hold. */
export function checkWalls(uses: ReadonlyMap<string, readonly Use[]>, list: AllowList): Fault[] {
  const faults = [...uses].flatMap(([path, found]) => checkFile(path, found, list))
  return [
    ...faults,
    ...circles(uses),
    ...unusedWays(uses, list),
    ...unusedPackages(uses, list),
    ...rowsOutOfOrder(list),
  ]
}

function checkFile(path: string, uses: readonly Use[], list: AllowList): Fault[] {
  const room = roomOf(path, list.rooms)
  if (room === undefined) {
    const text = `${path} stands in no room. Add a row for its folder to ${listFile}: which rooms may it import?`
    return [{ rule: 'unknown room', at: listFile, text }]
  }
  return uses.flatMap((use) => {
    const fault = use.name.startsWith('.') ? checkPath(path, use, room, list) : checkModule({ path, use, room, list })
    return fault === undefined ? [] : [describe(path, use, fault)]
  })
}

const describe = (path: string, use: Use, { rule, text }: Judged): Fault => ({
  rule,
  at: `${path}:${use.line}`,
  text: `${path}:${use.line} ${text}`,
})

function checkPath(path: string, use: Use, room: Room, list: AllowList): Judged | undefined {
  const target = resolve(path, use.name)
  const inPackages = target.lastIndexOf('node_modules/')
  if (inPackages !== -1) {
    const name = target.slice(inPackages + 'node_modules/'.length)
    return checkModule({ path, use: { ...use, name }, room, list })
  }
  const other = roomOf(target, list.rooms)
  if (other === undefined || target.startsWith('../')) {
    return { rule: 'unknown path', text: `imports ${target}, which is in no room. Import a file of a room.` }
  }
  const keepers = list.doors[target]
  if (keepers !== undefined && !keepers.some((keeper) => keeper === path || keeper === room.name)) {
    return { rule: 'door', text: `imports ${target}, which is for ${keepers.join(', ')} alone. Take it from there.` }
  }
  if (other.name === room.name || mayImport(room, other, list.rooms)) return undefined
  const allowed = room.imports.length === 0 ? 'no other room' : room.imports.join(', ')
  const text = `imports ${target}, but ${room.name} may import ${allowed}. Move what it needs to a room that both may import.`
  return { rule: 'room', text }
}

const resolve = (path: string, specifier: string) => posix.join(posix.dirname(path), specifier.replace(/[?#].*$/, ''))

const mayImport = (room: Room, other: Room, rooms: readonly Room[]) =>
  room.imports.includes(other.name) || (room.imports.includes('*') && rooms.indexOf(other) < rooms.indexOf(room))

export function roomOf(path: string, rooms: readonly Room[]): Room | undefined {
  const name = /\.test\.tsx?$/.test(path) && !path.startsWith('../') ? 'test/' : path
  const inside = rooms.filter((room) => name.startsWith(`${room.name}/`) || (room.name === '.' && !name.includes('/')))
  return inside.sort((a, b) => b.name.length - a.name.length)[0]
}

/** Type-only imports count too: what goes round is one thing, or has a third part that both need. */
function circles(uses: ReadonlyMap<string, readonly Use[]>): Fault[] {
  const imports = new Map(
    [...uses].map(([path, found]) => [path, found.map(({ name }) => resolve(path, name)).filter((to) => uses.has(to))]),
  )
  return findCycles(imports).map((way) => ({
    rule: 'cycle',
    at: way[0] ?? '',
    text: `${way.join(' -> ')} go round. Edit ${way[0]}: move what two of them share to a file that imports neither.`,
  }))
}

function unusedWays(uses: ReadonlyMap<string, readonly Use[]>, list: AllowList): Fault[] {
  return Object.entries(list.ways).flatMap(([path, { uses: allowed }]) => {
    const room = roomOf(path, list.rooms)
    const needed = (name: string) =>
      room !== undefined &&
      uses.get(path)?.some((use) => {
        const only = { ...list, ways: { [path]: { uses: allowed.filter((other) => other !== name), because: '' } } }
        return checkModule({ path, use, room, list: only }) !== undefined
      })
    return allowed
      .filter((name) => !needed(name))
      .map((name) => ({
        rule: 'row without use',
        at: waysFile,
        text: `${path} does not use ${name}: remove it from ${waysFile}.`,
      }))
  })
}

function unusedPackages(uses: ReadonlyMap<string, readonly Use[]>, { rooms }: AllowList): Fault[] {
  const used = new Set(
    [...uses].flatMap(([path, found]) => found.map(({ name }) => `${roomOf(path, rooms)?.name} ${packageOf(name)}`)),
  )
  return rooms.flatMap(({ name, packages }) =>
    (packages === '*' ? [] : packages)
      .filter((each) => !used.has(`${name} ${each}`))
      .map((each) => ({
        rule: 'row without use',
        at: listFile,
        text: `No file of ${name} imports ${each}: remove it from its row in ${listFile}.`,
      })),
  )
}

function rowsOutOfOrder({ rooms }: AllowList): Fault[] {
  const names = rooms.map(({ name }) => name)
  return rooms.flatMap((room, index) =>
    room.imports
      .filter((name) => name !== '*' && !names.slice(0, index).includes(name))
      .map((name) => ({
        rule: 'cycle',
        at: listFile,
        text: `${listFile}: ${room.name} may import ${name}, which has no row above it. Rooms import rooms below them alone.`,
      })),
  )
}
