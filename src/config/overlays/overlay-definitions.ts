import { join } from 'node:path'
import { kometaFilename } from '../read/environment/kometa-filename.ts'
import { isTruthy } from '../read/normalise.ts'
import { get, getMap, isMap, textOf, walkScalars, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import type { CheckContext } from './check-context.ts'

/** Template variables that name a file on disk: `font`, `rating1_font`, `file`. */
const fontVariable = /(?:^|_)font$/
const fileVariable = /^file$/

/** Checks the fonts and images that template variables name. */
export async function checkVariables(
  variables: YamlMap | null,
  label: string,
  context: CheckContext,
): Promise<string[]> {
  if (!variables) return []
  const named: { key: string; value: string }[] = []
  walkScalars(variables, (scalar, path) => {
    const key = path.at(-1) ?? ''
    if (typeof scalar === 'string' && isLiteral(scalar)) named.push({ key, value: scalar })
  })
  const warnings = await Promise.all(
    named.map(async ({ key, value }) => {
      if (fontVariable.test(key) && !(await context.hasFont(value)))
        return `${label}: ${key}: there is no font "${value}"`
      if (fileVariable.test(key) && !(await context.config.reach.exists(context.resolve(value))))
        return `${label}: ${key}: there is no file "${value}"`
      return ''
    }),
  )
  return warnings.filter((warning) => warning !== '')
}

/** Checks the images and fonts that the definitions and templates of one overlay file write out. */
export async function checkDefinitionFiles(
  document: YamlValue,
  label: string,
  context: CheckContext,
): Promise<string[]> {
  const sections = ['overlays', 'templates'] as const
  const definitions = sections.flatMap((section) =>
    [...getMap(document, section)].map(([name, data]) => ({ section, name: textOf(name), data })),
  )
  const found = await Promise.all(
    definitions.map(async ({ section, name, data }) => {
      const overlay = get(data, 'overlay')
      const warnings: string[] = []
      if (isMap(overlay)) warnings.push(...(await checkOverlay(overlay, context)))
      else if (section === 'overlays' && isMap(data) && !data.has('template')) {
        // A definition without `overlay`, or with a bare text there, names an image (builder.py, overlay.py:150-153).
        const image = isTruthy(overlay) ? textOf(overlay) : name
        const warning = await checkNamedImage(image, context)
        if (warning !== null) warnings.push(warning)
      }
      return warnings.map((warning) => `${label}: ${section === 'templates' ? 'template ' : ''}${name}: ${warning}`)
    }),
  )
  return found.flat()
}

const isLiteral = (text: string): boolean => text !== '' && !text.includes('<<')

async function checkOverlay(overlay: YamlMap, context: CheckContext): Promise<string[]> {
  return [await checkFont(overlay, context), await checkImage(overlay, context)].filter((warning) => warning !== null)
}

const textUnder = (overlay: YamlMap, key: string): string =>
  isTruthy(overlay.get(key)) ? textOf(overlay.get(key)) : ''

/** A warning about the font of an overlay. null: the font exists, or its name is not written out. */
export async function checkFont(overlay: YamlMap, context: CheckContext): Promise<string | null> {
  const font = textUnder(overlay, 'font')
  return isLiteral(font) && !(await context.hasFont(font)) ? `there is no font "${font}"` : null
}

/** A warning about the image of an overlay. null: the image exists, is fetched, or is not written out. */
export async function checkImage(overlay: YamlMap, context: CheckContext): Promise<string | null> {
  const ownImage = textUnder(overlay, 'default') || textUnder(overlay, 'pmm')
  // The old spelling of `default` takes precedence over `file` (overlay.py:242).
  const file = textUnder(overlay, 'git').startsWith('PMM/') ? '' : textUnder(overlay, 'file')
  if (ownImage !== '')
    return isLiteral(ownImage) && !(await hasDefaultImage(ownImage, context))
      ? `Kometa has no image "${ownImage}"`
      : null
  if (file !== '')
    return isLiteral(file) && !(await context.config.reach.exists(context.resolve(file)))
      ? `there is no image "${file}"`
      : null
  if (['url', 'git', 'repo'].some((key) => textUnder(overlay, key) !== '')) return null
  return checkNamedImage(textUnder(overlay, 'name'), context)
}

/** Any other overlay is the image `overlays/<name>.png` in the config folder (overlay.py:361-366). */
export async function checkNamedImage(name: string, { config }: CheckContext): Promise<string | null> {
  if (!isLiteral(name) || /^(?:text|blur|backdrop)/.test(name)) return null
  const path = join(config.kometaConfigDir, 'overlays', `${kometaFilename(name)}.png`)
  return (await config.reach.exists(path)) ? null : `there is no image "${path}"`
}

async function hasDefaultImage(name: string, { kometaDir, config }: CheckContext): Promise<boolean> {
  if (kometaDir === null) return true
  const file = name.replace(/^overlays\/images\//, '')
  return config.reach.exists(
    join(kometaDir, 'defaults', 'overlays', 'images', file.endsWith('.png') ? file : `${file}.png`),
  )
}
