/** A node of the syntax tree, as far as the walls look at it. */
export interface Node {
  type: string
  start: number
  [key: string]: unknown
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** Below these nodes stand types alone. */
const typeNodes =
  /^TS(TypeAnnotation|TypeParameterInstantiation|TypeParameterDeclaration|InterfaceDeclaration|TypeAliasDeclaration)$/

/** Shows each node, and whether it stands where only a type can stand. */
export function visit(node: Node, see: (node: Node, inType: boolean) => void, inType = false): void {
  see(node, inType)
  for (const child of children(node)) visit(child, see, inType || typeNodes.test(child.type))
}

/**
 * The nodes below a node, less the words that only name something: property keys and member names refer to no variable.
 */
function children(node: Node): Node[] {
  return Object.entries(node).flatMap(([key, value]) =>
    namesOnly(node, key) ? [] : (Array.isArray(value) ? value : [value]).filter(isNode),
  )
}

function namesOnly(node: Node, key: string): boolean {
  if (node.type === 'MemberExpression') return key === 'property' && !node.computed
  if (key === 'key') return !node.computed
  return /^(Import|Export)(Default|Namespace)?Specifier$/.test(node.type) && key !== 'local'
}

/** The name of a member, be it `a.b` or `a['b']`; undefined where it cannot be read. */
export function memberName(member: Node): string | undefined {
  if (member.computed) return literalOf(member.property)
  return isNode(member.property) ? String(member.property.name) : undefined
}

export const isNamed = (node: unknown, name: string): boolean =>
  isNode(node) && (node.name === name || (node.type === 'MemberExpression' && memberName(node) === name))

export const firstArgument = (node: Node): unknown => (Array.isArray(node.arguments) ? node.arguments[0] : undefined)

/** The text of a string, of a template without parts, or of strings that are added up. */
export function literalOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined
  if (value.type === 'Literal') return typeof value.value === 'string' ? value.value : undefined
  if (value.type === 'TemplateLiteral') return templateText(value)
  if (value.type !== 'BinaryExpression' || value.operator !== '+') return undefined
  const parts = [literalOf(value.left), literalOf(value.right)]
  return parts.includes(undefined) ? undefined : parts.join('')
}

function templateText(template: Node): string | undefined {
  const quasis = template.quasis as { value: { cooked: string } }[]
  return quasis.length === 1 ? quasis[0]?.value.cooked : undefined
}
