import { isNode, isWords, type Node } from './nodes.ts'

/** Text that replaces what is between `start` and `end`. */
export interface Change {
  kind: string
  start: number
  end: number
  to: string
}

type Operator = (node: Node, source: string, parents: readonly Node[]) => Change[]

/** The changes of one node, chosen by its type. Each is small, and none affects only text for people or types. */
export function changesOf(node: Node, parents: readonly Node[], source: string): Change[] {
  return operators[node.type]?.(node, source, parents) ?? []
}

const swaps: Readonly<Record<string, readonly string[]>> = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '&&': ['||'],
  '||': ['&&'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&': ['|'],
  '|': ['&'],
  '+=': ['-='],
  '-=': ['+='],
  '|=': ['&='],
  '++': ['--'],
}
/** Methods that return the same kind of value as they are called on; without the call, the value passes unchanged. */
const polish = new Set(
  'toLowerCase toUpperCase trim slice subarray sort reverse filter padEnd padStart replace replaceAll'.split(' '),
)
const opposites = new Map(
  Object.entries({
    some: 'every',
    every: 'some',
    startsWith: 'endsWith',
    endsWith: 'startsWith',
    min: 'max',
    max: 'min',
    indexOf: 'lastIndexOf',
    push: 'unshift',
    shift: 'pop',
  }),
)

const operators: Readonly<Record<string, Operator>> = {
  BinaryExpression: swapOperator,
  LogicalExpression(node, source) {
    if (node.operator !== '??') return swapOperator(node, source)
    return [replace('fallback left out', node, textOf(node.left, source))]
  },
  AssignmentExpression(node, source) {
    const { left, right, operator } = node as unknown as { left: Node; right: Node; operator: string }
    if (operator === '??=') return [between('assigned always', left, right, '??=', '=', source)]
    return swapOperator(node, source)
  },
  UpdateExpression: (node, source) => swapOperator(node, source),
  UnaryExpression(node, source) {
    return node.operator === '!' ? [replace('negation left out', node, textOf(node.argument, source))] : []
  },
  Literal: changeLiteral,
  IfStatement: (node) => [
    replace('condition always true', node.test, 'true'),
    replace('condition always false', node.test, 'false'),
  ],
  WhileStatement: (node) => [replace('loop left out', node.test, 'false')],
  ConditionalExpression: (node, source) => [
    replace('always the first', node, `(${textOf(node.consequent, source)})`),
    replace('always the second', node, `(${textOf(node.alternate, source)})`),
  ],
  ExpressionStatement(node) {
    const expression = node.expression as Node
    const inner = expression.type === 'AwaitExpression' ? (expression.argument as Node) : expression
    if (inner.type === 'AssignmentExpression') return [replace('assignment left out', node, ';')]
    return inner.type === 'CallExpression' ? [replace('call left out', node, ';')] : []
  },
  AwaitExpression: (node, source) => [replace('await left out', node, textOf(node.argument, source))],
  ReturnStatement(node, source) {
    const argument = node.argument
    if (!isNode(argument) || textOf(argument, source) === 'undefined') return []
    return [replace('return left out', node, `void (${textOf(argument, source)})`)]
  },
  ThrowStatement: (node) => [replace('throw left out', node, ';')],
  BlockStatement: emptyBody,
  CallExpression: changeCall,
  MemberExpression(node, source) {
    return node.optional === true
      ? [between('optional left out', node.object, node.property, '?.', node.computed === true ? '' : '.', source)]
      : []
  },
  SpreadElement: (node, source, parents) =>
    // `...x` in an object or an array; arguments are not entries.
    /^(Object|Array)Expression$/.test(parents.at(-1)?.type ?? '') ? [leaveOut('entry left out', node, source)] : [],
  Property: (node, source, parents) =>
    parents.at(-1)?.type === 'ObjectExpression' &&
    isNode(node.value) &&
    !isFunction(node.value) &&
    !isForPeople(node.value)
      ? [leaveOut('entry left out', node, source)]
      : [],
}

const isFunction = (node: Node) => /Function/.test(node.type)
const isForPeople = (node: Node) => node.type === 'Literal' && typeof node.value === 'string' && isWords(node.value)
const textOf = (node: unknown, source: string): string => (isNode(node) ? source.slice(node.start, node.end) : '')

function replace(kind: string, node: unknown, to: string): Change {
  if (!isNode(node)) throw new Error(`${kind}: no node`)
  return { kind, start: node.start, end: node.end, to }
}

/** An operator between two nodes. */
function between(kind: string, left: unknown, right: unknown, from: string, to: string, source: string): Change {
  if (!isNode(left) || !isNode(right)) throw new Error(`${kind}: no nodes`)
  const start = source.indexOf(from, left.end)
  if (start === -1 || start > right.start) throw new Error(`${kind}: no ${from}`)
  return { kind, start, end: start + from.length, to }
}

/** An entry with the comma after it. */
function leaveOut(kind: string, node: Node, source: string): Change {
  const comma = /^\s*,/.exec(source.slice(node.end))?.[0].length ?? 0
  return { kind, start: node.start, end: node.end + comma, to: '' }
}

function swapOperator(node: Node, source: string): Change[] {
  const operator = String(node.operator)
  if (node.type === 'UpdateExpression') {
    return (swaps[operator] ?? []).map((to) => replace('operator', node, textOf(node, source).replace(operator, to)))
  }
  // Texts are joined, not added.
  if (operator.startsWith('+') && [node.left, node.right].some((side) => isText(side))) return []
  return (swaps[operator] ?? []).map((to) => between('operator', node.left, node.right, operator, to, source))
}

function isText(value: unknown): boolean {
  if (!isNode(value)) return false
  return value.type === 'TemplateLiteral' || (value.type === 'Literal' && typeof value.value === 'string')
}

function changeLiteral(node: Node, source: string, parents: readonly Node[]): Change[] {
  const { value } = node
  const raw = textOf(node, source)
  if (typeof value === 'boolean') return [replace('boolean', node, String(!value))]
  if (typeof value === 'number') return [replace('number', node, `${value + 1}`)]
  if (typeof value === 'bigint') return [replace('number', node, `${value + 1n}n`)]
  if (node.regex !== undefined) return changePattern(node, raw)
  const parent = parents.at(-1)
  if (typeof value !== 'string' || isWords(value) || isWordsKey(node, parent)) return []
  return [replace('text', node, value === '' ? "'x'" : "''")]
}

/** The name of a property and the operand of a `typeof` comparison are not values. */
function isWordsKey(node: Node, parent: Node | undefined): boolean {
  if (parent?.type === 'Property' && parent.key === node) return true
  return parent?.type === 'ExpressionStatement'
}

/** A pattern without its anchor, that takes one more or none, or that minds the case. */
function changePattern(node: Node, raw: string): Change[] {
  const changes: Change[] = []
  const put = (at: number, length: number, to: string) =>
    changes.push({ kind: 'pattern', start: node.start + at, end: node.start + at + length, to })
  const body = raw.slice(1, raw.lastIndexOf('/'))
  if (body.startsWith('^') && body.length > 1) put(1, 1, '')
  if (body.endsWith('$') && !body.endsWith('\\$')) put(body.length, 1, '')
  for (const { index } of body.matchAll(/(?<=[\])a-z])\+/g)) put(index + 1, 1, '*')
  for (const { index } of body.matchAll(/(?<=[\])])\*/g)) put(index + 1, 1, '+')
  for (const { index } of body.matchAll(/(?<=\[)\^/g)) put(index + 1, 1, '')
  for (const found of body.matchAll(/,(\d+)\}/g))
    put(found.index + 2, found[1]?.length ?? 0, String(Number(found[1]) + 1))
  const flags = raw.slice(raw.lastIndexOf('/') + 1)
  if (flags.includes('i')) put(raw.lastIndexOf('/') + 1, flags.length, flags.replace('i', ''))
  return changes
}

/** The body of a function, or the block of a `for` or `finally`; conditions have other changes. */
function emptyBody(node: Node, _source: string, parents: readonly Node[]): Change[] {
  const parent = parents.at(-1)
  const body = node.body as unknown[]
  if (body.length < 2 && !/^For|Try/.test(parent?.type ?? '')) return []
  if (body.length === 0 || parent === undefined) return []
  return isFunction(parent) || /^For|Try/.test(parent.type) ? [replace('block emptied', node, '{}')] : []
}

function changeCall(node: Node, source: string): Change[] {
  const callee = node.callee as Node
  const given = node.arguments as Node[]
  const changes: Change[] = []
  const method = callee.type === 'MemberExpression' && callee.computed !== true ? (callee.property as Node) : undefined
  const name = textOf(method, source)
  const opposite = opposites.get(name)
  if (method && opposite !== undefined) changes.push(replace('another method', method, opposite))
  if (method && polish.has(name)) changes.push(replace('call left out of a chain', node, textOf(callee.object, source)))
  const [first, second] = given
  const isName = (one: Node) => /^(Identifier|MemberExpression)$/.test(one.type)
  // Two names: swapping a name and a number would fail at once.
  if (first && second && isName(first) && isName(second) && name !== 'min' && name !== 'max') {
    const [one, two] = [textOf(first, source), textOf(second, source)]
    changes.push({
      kind: 'arguments swapped',
      start: first.start,
      end: second.end,
      to: `${two}${source.slice(first.end, second.start)}${one}`,
    })
  }
  return changes
}
