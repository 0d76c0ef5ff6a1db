import { join } from 'node:path'

/** The folder of all workspaces, inside the data folder. */
export const workspacesOf = (dataDir: string): string => join(dataDir, 'workspaces')
