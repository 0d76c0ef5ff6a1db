import type { AppError } from '../../contract/errors.ts'
import { explainFault } from './explain-fault.ts'
import { type OwnReading, readOwn, type YamlFault } from './own-reading.ts'
import { type Places, readPlaces } from './yaml-places.ts'
import type { YamlValue } from './yaml-value.ts'

/** All work on a YAML text that grows with it. Whoever serves others meanwhile has it done in another thread. */
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

/** Throws CONFIG_INVALID_YAML; `name` is what an error calls the text. */
export async function parseWith(reading: TextReading, text: string, name: string): Promise<YamlValue> {
  const own = await reading.read(text)
  if ('fault' in own) throw await reading.explain(text, name, own.fault)
  return own.value
}
