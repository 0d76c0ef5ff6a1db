import { isNode, memberName, type Node } from '../support/syntax.ts'
import type { Found } from './use.ts'

/** Globals that open a connection, and those that run code which no parser sees. */
const guarded = new Set(['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'eval', 'Function'])

/**
 * Finds guarded globals by name: `fetch`, `globalThis.fetch`, `globalThis['fetch']`, and the global object as a value.
 */
export function createGlobals(path: string): { of(node: Node): Found[] } {
  const objects = new Set(['globalThis', 'global', ...(path.startsWith('web/') ? ['self', 'window'] : [])])
  const isGlobalObject = (value: unknown) =>
    isNode(value) && value.type === 'Identifier' && objects.has(String(value.name))

  /** Whoever holds the global object, or takes a member of it that cannot be read, has every global. */
  function escapes(node: Node): Found[] {
    return Object.entries(node).flatMap(([key, value]) => {
      const isReadMember = node.type === 'MemberExpression' && key === 'object' && memberName(node) !== undefined
      const isOnlyName = (key === 'key' || key === 'property') && !node.computed
      if (isReadMember || isOnlyName) return []
      const objects = (Array.isArray(value) ? value : [value]).filter(isGlobalObject)
      return objects.map(({ name }) => found(String(name)))
    })
  }

  return {
    of(node) {
      if (node.type === 'Identifier' && guarded.has(String(node.name))) return [found(String(node.name))]
      const name = node.type === 'MemberExpression' && isGlobalObject(node.object) ? memberName(node) : undefined
      return name !== undefined && guarded.has(name) ? [found(name)] : escapes(node)
    },
  }
}

const found = (name: string): Found => ({ kind: 'global', name, typeOnly: false, names: [] })
