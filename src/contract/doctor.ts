import { z } from 'zod'

/** One line of the doctor: what was checked, its state, and what to do about a problem. */
export const doctorCheckSchema = z.object({
  /** The id never changes, so that scripts can use it. */
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
