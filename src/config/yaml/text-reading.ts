import type { AppError } from '../../contract/errors.ts'
import { explainFault } from './explain-fault.ts'
import { type OwnReading, readOwn, type YamlFault } from './own-reading.ts'
import { type Places, readPlaces } from './yaml-places.ts'
import type { YamlValue } from './yaml-value.ts'

/** All work on a YAML text that takes longer for a longer text. A server does this work in another thread. */
export interface TextReading {
  read(text: string): Promise<OwnReading>
  explain(text: string, name: string, fault: YamlFault): Promise<AppError>
  places(text: string): Promise<Places>
}

export const readHere: TextReading = {
  read: async (text) => readOwn(text),
  explain: async (text, name, fault) => explainFault(text, name, fault),
  places: async (text) => readPlaces(text),
}

/** Throws CONFIG_INVALID_YAML. Errors call the text `name`. */
export async function parseWith(reading: TextReading, text: string, name: string): Promise<YamlValue> {
  const own = await reading.read(text)
  if ('fault' in own) throw await reading.explain(text, name, own.fault)
  return own.value
}
