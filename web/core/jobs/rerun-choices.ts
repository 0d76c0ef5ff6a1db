import type { Connection, JobEntry } from '../../../src/contract/api/api.ts'
import { type Draft, standOf } from '../draft/follow-draft.ts'

/** A config with which a job can run again. */
export type RerunChoice =
  /** The config file as it is when the run starts. */
  | { use: 'file'; words: string }
  /** The config that the job itself ran with. */
  | { use: 'job'; words: string }
  /** The edit in this window. */
  | { use: 'edit'; words: string; connectionId: string; configText: string; editedRevision: string }

/**
 * The choices in the order of the menu: an edit of the same file, then the file as it is now. A job with a config of
 * its own has that config before the file.
 */
export function rerunChoices(
  job: Pick<JobEntry, 'config' | 'configPath' | 'configEdited'>,
  connection: Pick<Connection, 'id' | 'revision' | 'source' | 'text'> | null,
  edit: Draft | null,
): RerunChoice[] {
  const { config, configPath, configEdited } = job
  const file: RerunChoice[] = configPath === null ? [] : [{ use: 'file', words: `with the current ${config}` }]
  const own: RerunChoice = {
    use: 'job',
    words: configEdited ? `with this job’s edited ${config}` : `with this job’s ${config}`,
  }
  const isSame = connection?.source.kind === 'path' && connection.source.path === configPath
  const edits: RerunChoice[] =
    edit && isSame && standOf(edit, connection) === 'current'
      ? [
          {
            use: 'edit',
            words: `with your edit of ${config}`,
            connectionId: edit.connectionId,
            configText: edit.text,
            editedRevision: edit.revision,
          },
        ]
      : []
  return configEdited || configPath === null ? [...edits, own, ...file] : [...edits, ...file, own]
}
