import { AppError } from '../../contract/errors.ts'
import { type PreviewSection, previewSectionSchema } from '../../contract/preview.ts'
import { toPlain, type YamlValue } from '../yaml/yaml-value.ts'

/**
 * Checks the `preview:` section of a file. Throws CONFIG_INVALID, TARGET_ID_INVALID or TARGET_ID_DUPLICATE with one
 * line that shows no value of the file.
 */
export function readPreviewSection(value: YamlValue | undefined, file: string): PreviewSection {
  if (value === undefined) throw new AppError('CONFIG_INVALID', `${file} has no "preview" section`)
  const result = previewSectionSchema.safeParse(toPlain(value))
  if (!result.success) {
    const issue = result.error.issues[0]
    const path = ['preview', ...(issue?.path ?? [])].reduce<string>(
      (text, key) =>
        typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
      '',
    )
    const code = issue?.path.at(-1) === 'id' ? 'TARGET_ID_INVALID' : 'CONFIG_INVALID'
    throw new AppError(code, `${file}: ${path}: ${issue?.message ?? 'not valid'}`)
  }
  const seen = new Map<string, string>()
  for (const { id } of result.data.targets) {
    const other = seen.get(id.toLowerCase())
    if (other !== undefined) {
      throw new AppError('TARGET_ID_DUPLICATE', `${file}: two targets have the id "${id}"`, {
        hint: 'Ids must differ by more than upper and lower case.',
      })
    }
    seen.set(id.toLowerCase(), id)
  }
  return result.data
}

export const emptyPreview = (): PreviewSection => previewSectionSchema.parse({ targets: [] })
