import { z } from 'zod'

/** One line of the doctor: what was looked at, how it is, and what to do where it is not well. */
export const doctorCheckSchema = z.object({
  /** Stable, for scripts. */
  id: z.string(),
  label: z.string(),
  status: z.enum(['ok', 'warning', 'problem', 'skipped']),
  /** What was found, in words. */
  detail: z.string(),
  /** What to do; '' when all is well. */
  fix: z.string(),
})
export type DoctorCheck = z.infer<typeof doctorCheckSchema>

export const doctorReportSchema = z.object({ checks: z.array(doctorCheckSchema), problems: z.int(), warnings: z.int() })
export type DoctorReport = z.infer<typeof doctorReportSchema>
