import { explainFault } from '../../config/yaml/explain-fault.ts'
import { type OwnReading, readOwn, type YamlFault } from '../../config/yaml/own-reading.ts'
import { collectPlaces } from '../../config/yaml/yaml-places.ts'
import { parseYaml } from '../../config/yaml/yaml-read.ts'
import { AppError, type ErrorCode } from '../../contract/errors.ts'
import { type Mask, maskConfig } from '../connect/hidden/mask-config.ts'
import { nameSecrets, restoreConfig } from '../connect/hidden/unmask-config.ts'
import { applyEdit, missingSecrets, sameNumbers, typeSecrets } from '../jobs/config/text-edits.ts'

/**
 * Everything that the studio does with the text of a config and that may take long. Arguments and results are plain
 * data.
 */
const textActs = {
  read: (text: string): OwnReading => readOwn(text),
  explain: (text: string, name: string, fault: YamlFault): ErrorData => errorData(explainFault(text, name, fault)),
  check: (text: string, name: string): void => {
    parseYaml(text, name)
  },
  places: collectPlaces,
  mask: maskConfig,
  name: (text: string, masks: readonly Mask[]) => nameSecrets({ text, masks }),
  restore: restoreConfig,
  edit: applyEdit,
  type: typeSecrets,
  missing: missingSecrets,
  sameNumbers,
}

export type TextActs = typeof textActs

/** What the thread is given. */
export interface TextTask {
  act: keyof TextActs
  args: readonly unknown[]
}
export type TextAnswer = { value: unknown } | { refused: ErrorData }

export const doText = ({ act, args }: TextTask): unknown =>
  (textActs[act] as (...args: readonly unknown[]) => unknown)(...args)

/** An AppError as it is sent from one thread to another. */
export interface ErrorData {
  code: ErrorCode
  message: string
  hint: string | undefined
  details: readonly string[]
  place: { line: number; column: number } | undefined
}

export const errorData = ({ code, message, hint, details, place }: AppError): ErrorData => ({
  ...{ code, message, hint, place },
  details: [...details],
})

export function errorOf({ code, message, hint, details, place }: ErrorData): AppError {
  return new AppError(code, message, {
    details,
    ...(hint === undefined ? {} : { hint }),
    ...(place === undefined ? {} : { place }),
  })
}
