import { readFile } from 'node:fs/promises'
import { packageFile } from '../../util/package-file.ts'

/** Our programs for Kometa's interpreter, the `.py` files beside this one. They are passed to it as text. */
export type PythonProgram =
  | 'check-requirements'
  | 'compile-modules'
  | 'guard'
  | 'overlay-state'
  | 'read-yaml'
  | 'trusted-certificates'

export const readPythonProgram = (name: PythonProgram): Promise<string> =>
  readFile(packageFile(`src/kometa/python/${name}.py`), 'utf8')
