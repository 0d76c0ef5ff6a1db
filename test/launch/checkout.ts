import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Writes a stand-in for Kometa: a few lines of Python in the layout of a checkout. */
export function writeCheckout(dir: string, files: Readonly<Record<string, string>> = {}): string {
  const all = {
    'kometa.py': 'import modules.hello\n',
    'modules/hello.py': 'print("hello")\n',
    'modules/inner/deep.py': '',
    'modules/__pycache__/hello.cpython-311.pyc': 'of the user',
    'fonts/Inter.ttf': 'font',
    'defaults/overlays/resolution.yml': 'overlays: {}\n',
    'requirements.txt': '# nothing\n',
    VERSION: '2.4.4\n',
    PART: '\n',
    'config/config.yml': 'the real token\n',
    'config/.env': 'KOMETA_DELETE_COLLECTIONS=true\n',
    'config/UUID': 'of the user\n',
    ...files,
  }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  return dir
}

export const text = (...path: string[]): string => readFileSync(join(...path), 'utf8')
