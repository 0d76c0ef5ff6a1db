import { maxYamlBytes } from '../../config/yaml/yaml-read.ts'
import { NotPlain, readPlainFile, TooLarge } from '../../util/files/plain-file.ts'
import { hasErrorCode } from '../../util/unknown-error.ts'
import { RequestProblem } from '../http/request-problem.ts'

/** The text of a config of the user. Throws NOT_FOUND, TOO_LARGE, BAD_REQUEST. */
export async function readConfigText(path: string): Promise<string> {
  const bytes = await readPlainFile(path, maxYamlBytes).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof TooLarge) throw new RequestProblem(422, 'TOO_LARGE', 'The file is larger than 4 MiB.')
    const isMissing = error instanceof NotPlain || hasErrorCode(error, 'ENOENT', 'ENOTDIR')
    if (isMissing) throw new RequestProblem(404, 'NOT_FOUND', 'There is no such file.')
    if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error
    throw new RequestProblem(422, 'NOT_FOUND', 'The file cannot be read: no permission.')
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) throw new RequestProblem(422, 'BAD_REQUEST', 'The file is not UTF-8 text.')
    throw error
  }
}
