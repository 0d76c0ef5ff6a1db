import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const startMethods = ['fork', 'spawn', 'forkserver'] as const
/** The last method also loses every variable of Kometa's. */
export type StartMethod = (typeof startMethods)[number] | 'forkserver without variables'

/**
 * Makes a folder for PYTHONPATH with which Python starts worker processes by this method. With `forkserver`, the main
 * module is loaded in a process that never had the command line, as Python 3.14 does. Older Pythons intend that but
 * fail, because they look for the module's path under another name.
 */
export function writeStartMethod(folder: string, method: StartMethod): string {
  mkdirSync(folder, { recursive: true })
  const [name] = method.split(' ')
  const forget = method.endsWith('without variables')
    ? 'import os\nfor name in [name for name in os.environ if name.startswith("KOMETA_")]:\n    del os.environ[name]\n'
    : ''
  writeFileSync(
    join(folder, 'sitecustomize.py'),
    `${forget}import multiprocessing
from multiprocessing import spawn

multiprocessing.set_start_method("${name}", force=True)
if "${name}" == "forkserver":
    multiprocessing.set_forkserver_preload(["__main__"])
    prepare = spawn.get_preparation_data

    def with_main_path(name):
        data = prepare(name)
        if "init_main_from_path" in data:
            data["main_path"] = data["init_main_from_path"]
        return data

    spawn.get_preparation_data = with_main_path
`,
  )
  return folder
}
