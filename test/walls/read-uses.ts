import { parseSync } from 'vite'
import { firstArgument, isNamed, isNode, literalOf, memberName, type Node, visit } from '../support/syntax.ts'
import { createGlobals } from './read-globals.ts'
import type { Found, Use } from './use.ts'

/** Members that load a module by its name, whatever object has them. */
const loaders = new Set(['require', 'getBuiltinModule', 'binding', '_linkedBinding', '_load'])

/** Reads every import, every guarded global and every call that loads a module from the syntax tree of a file. */
export function readUses(path: string, source: string): Use[] {
  const { program, errors } = parseSync(path, source)
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`)
  const root = program as unknown as Node
  const requires = namesOfRequire(root)
  const globals = createGlobals(path)
  const uses: Use[] = []
  visit(root, (node, inType) => {
    const found = [...modulesOf(node, requires), ...(inType ? [] : globals.of(node))]
    if (found.length === 0) return
    const line = source.slice(0, node.start).split('\n').length
    uses.push(...found.map((use) => ({ ...use, line })))
  })
  return uses
}

function modulesOf(node: Node, requires: ReadonlySet<string>): Found[] {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return isNode(node.source) ? [module(node.source, isTypeOnly(node), importedNames(node))] : []
    case 'TSImportType':
      return [module(node.source, true)]
    case 'TSExternalModuleReference':
      return [module(node.expression, false)]
    case 'ImportExpression':
      return [module(node.source, false)]
    case 'NewExpression':
      return urlBeside(node)
    case 'CallExpression':
      return isLoader(node.callee, requires) ? [module(firstArgument(node), false)] : []
    default:
      return []
  }
}

function module(source: unknown, typeOnly: boolean, names: readonly string[] = []): Found {
  const name = literalOf(source)
  if (name === undefined) return { kind: 'unreadable', name: 'a computed module name', typeOnly: false, names: [] }
  return { kind: 'module', name, typeOnly, names }
}

const isTypeOnly = (node: Node) => node.importKind === 'type' || node.exportKind === 'type'

function importedNames(node: Node): string[] {
  if (node.type === 'ExportAllDeclaration') return ['*']
  const specifiers = Array.isArray(node.specifiers) ? node.specifiers.filter(isNode) : []
  return specifiers.map((specifier) => {
    const name = specifier.type === 'ImportSpecifier' ? specifier.imported : specifier.local
    const isOneName = /^(Import|Export)Specifier$/.test(specifier.type)
    return isOneName && isNode(name) ? String(name.name ?? name.value) : '*'
  })
}

/** `new URL('./worker.ts', import.meta.url)` names a program of ours as an import does. */
function urlBeside(node: Node): Found[] {
  const name = literalOf(firstArgument(node))
  if (name === undefined || !isNamed(node.callee, 'URL')) return []
  return /^\.{1,2}\/.*\.[cm]?[jt]sx?$/.test(name) ? [{ kind: 'module', name, typeOnly: false, names: [] }] : []
}

function isLoader(callee: unknown, requires: ReadonlySet<string>): boolean {
  if (!isNode(callee)) return false
  if (callee.type === 'Identifier') return requires.has(String(callee.name))
  if (callee.type === 'CallExpression') return isNamed(callee.callee, 'createRequire')
  return callee.type === 'MemberExpression' && loaders.has(memberName(callee) ?? '')
}

/** `require`, `getBuiltinModule`, and each variable that holds what `createRequire` returned. */
function namesOfRequire(program: Node): Set<string> {
  const names = new Set(['require', 'getBuiltinModule'])
  visit(program, (node) => {
    if (node.type !== 'VariableDeclarator' || !isNode(node.id) || !isNode(node.init)) return
    if (node.init.type === 'CallExpression' && isNamed(node.init.callee, 'createRequire'))
      names.add(String(node.id.name))
  })
  return names
}
