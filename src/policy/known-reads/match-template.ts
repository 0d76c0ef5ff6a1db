import { artworkKinds } from '../../contract/artwork-kinds.ts'
import { type ReadTemplate, readTemplates, repeatable } from './read-templates.ts'
import type { ValueShape } from './value-shapes.ts'

interface CompiledParameter {
  shape: ValueShape
  /** Bit that marks the parameter as seen; 0 for parameters that may repeat. */
  bit: number
}

export interface CompiledTemplate {
  template: ReadTemplate
  parameters: ReadonlyMap<string, CompiledParameter>
}

export interface TemplateMatch {
  compiled: CompiledTemplate
  /** The path segment for each placeholder. `{tag}` must still be checked against the section's Meta. */
  holes: Partial<Record<Hole, string>>
}

const holes = {
  '{section}': /^\d{1,9}$/,
  '{id}': /^\d{1,18}$/,
  '{collection}': /^\d{1,18}$/,
  '{playlist}': /^\d{1,18}$/,
  '{stream}': /^\d{1,18}$/,
  '{ids}': /^\d{1,18}(,\d{1,18})*$/,
  // Plex writes a negative stamp for artwork that has no stamp.
  '{stamp}': /^-?\d{1,18}$/,
  '{element}': new RegExp(`^(${artworkKinds.join('|')}|composite)$`),
  '{file}': /^[A-Za-z0-9_-]{1,100}\.(png|jpg)$/,
  '{tag}': /^[A-Za-z]{1,64}$/,
} as const
export type Hole = keyof typeof holes

interface PathNode {
  literals: Map<string, PathNode>
  holes: { name: Hole; pattern: RegExp; node: PathNode }[]
  compiled: CompiledTemplate | undefined
}

const root = compileTemplates(readTemplates)

/**
 * Finds the template of a plain path segment by segment. Literals win over placeholders, and earlier placeholders over
 * later ones.
 */
export function matchTemplate(path: string, table = root): TemplateMatch | undefined {
  return walk(table, path, 1)
}

function walk(node: PathNode, path: string, start: number): TemplateMatch | undefined {
  if (start > path.length) {
    return node.compiled && { compiled: node.compiled, holes: {} }
  }
  const slash = path.indexOf('/', start)
  const end = slash === -1 ? path.length : slash
  const segment = path.slice(start, end)
  const literal = node.literals.get(segment)
  const found = literal && walk(literal, path, end + 1)
  if (found) return found
  for (const hole of node.holes) {
    const match = hole.pattern.test(segment) ? walk(hole.node, path, end + 1) : undefined
    if (!match) continue
    match.holes[hole.name] = segment
    return match
  }
  return undefined
}

/**
 * Builds the table as a tree of path segments. Throws for duplicate paths, unknown placeholders and too many
 * parameters.
 */
export function compileTemplates(templates: readonly ReadTemplate[]): PathNode {
  const top = emptyNode()
  for (const template of templates) {
    let node = top
    for (const segment of template.path.slice(1).split('/')) node = step(node, segment)
    if (node.compiled) throw new Error(`two read templates for ${template.path}`)
    node.compiled = compile(template)
  }
  return top
}

function step(node: PathNode, segment: string): PathNode {
  if (isHole(segment)) {
    const known = node.holes.find(({ name }) => name === segment)
    if (known) return known.node
    const next = { name: segment, pattern: holes[segment], node: emptyNode() }
    node.holes.push(next)
    return next.node
  }
  if (segment.startsWith('{')) throw new Error(`unknown placeholder ${segment}`)
  const known = node.literals.get(segment)
  if (known) return known
  const next = emptyNode()
  node.literals.set(segment, next)
  return next
}

function isHole(segment: string): segment is Hole {
  return Object.hasOwn(holes, segment)
}

function emptyNode(): PathNode {
  return { literals: new Map(), holes: [], compiled: undefined }
}

function compile(template: ReadTemplate): CompiledTemplate {
  const parameters = new Map<string, CompiledParameter>()
  let bit = 1
  for (const [name, shape] of Object.entries(template.query)) {
    // A name may repeat only in a search, where it can also be a search field.
    const mayRepeat = repeatable.has(name) && template.search
    parameters.set(name, { shape, bit: mayRepeat ? 0 : bit })
    bit *= 2
  }
  if (parameters.size > 31) throw new Error(`too many parameters for one bit mask: ${template.path}`)
  return { template, parameters }
}
