import type { AllowList, Room } from './allow-list.ts'
import type { Judged, Rule } from './fault.ts'
import type { Use } from './use.ts'
import { isNodeModule, networkPackages, quietModules, quietNames } from './ways-out.ts'

interface Question {
  path: string
  use: Use
  room: Room
  list: AllowList
}

const inRow = 'in test/walls/allow-list.ts'
const inWays = 'in test/walls/ways-out.ts, with its reason,'

/** What is wrong with an import that is no path of ours, or with a global. */
export function checkModule(question: Question): Judged | undefined {
  const { use } = question
  if (question.room.node === 'all') return undefined
  if (use.kind === 'unreadable') {
    return { rule: 'computed name', text: `takes ${use.name}, which nobody can check. Write the name as one string.` }
  }
  if (use.kind === 'global') return checkWay(question, use.name, 'global')
  if (isNodeModule(use.name)) return checkNodeModule(question)
  if (/^[a-z]+:|^[/#]/.test(use.name)) {
    return {
      rule: 'unknown path',
      text: `imports ${use.name}. Import a file by its relative path, or a package by its name.`,
    }
  }
  return checkPackage(question)
}

function checkNodeModule({ path, use, room, list }: Question): Judged | undefined {
  const name = `node:${use.name.replace(/^node:/, '').split('/')[0]}`
  if (room.node === 'none') {
    return {
      rule: 'module',
      text: `imports ${use.name}, but ${room.name} is pure. Hand it what it needs as a parameter.`,
    }
  }
  if (quietModules.has(name) || use.typeOnly) return undefined
  const free = quietNames[name] ?? []
  if (use.names.length > 0 && use.names.every((each) => free.includes(each))) return undefined
  return checkWay({ path, use, room, list }, name, 'module')
}

/** Returns the package of a specifier: `undici` for `undici/lib/core/connect.js`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

function checkPackage(question: Question): Judged | undefined {
  const { use, room } = question
  const name = use.name
    .split('/')
    .slice(0, use.name.startsWith('@') ? 2 : 1)
    .join('/')
  if (room.packages !== '*' && !room.packages.includes(name)) {
    return {
      rule: 'package',
      text: `imports ${use.name}, but the row of ${room.name} ${inRow} has no package ${name}.`,
    }
  }
  return networkPackages.has(name) && !use.typeOnly ? checkWay(question, name, 'module') : undefined
}

function checkWay({ path, use, list }: Question, name: string, rule: Rule): Judged | undefined {
  if (list.ways[path]?.uses.includes(name)) return undefined
  return {
    rule,
    text: `uses ${use.name}, which leads out of the process. List the file ${inWays} or take it from a listed file.`,
  }
}
