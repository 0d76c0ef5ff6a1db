import type { DoctorCheck, DoctorReport } from '../../contract/doctor.ts'
import { AppError } from '../../contract/errors.ts'
import { createRedactor } from '../../util/redact.ts'

/** The checks write here what they found. */
export interface Findings {
  add(id: string, label: string, status: DoctorCheck['status'], detail: string, fix?: string): void
  /**
   * Reports what a check threw. An AppError or a system error is a problem; anything else is a bug and is thrown again.
   */
  fail(id: string, label: string, error: unknown, fix: string): void
  /** Removes these secrets from every later line. */
  hide(secrets: readonly string[]): void
  report(): DoctorReport
}

export function createFindings(onCheck: (check: DoctorCheck) => void): Findings {
  const checks: DoctorCheck[] = []
  let redactor = createRedactor([])
  const add: Findings['add'] = (id, label, status, detail, fix = '') => {
    const check = { id, label: redactor.text(label), status, detail: redactor.text(detail), fix: redactor.text(fix) }
    checks.push(check)
    onCheck(check)
  }
  const count = (wanted: DoctorCheck['status']) => checks.filter(({ status }) => status === wanted).length
  return {
    add,
    fail(id, label, error, fix) {
      if (error instanceof AppError && error.code !== 'CANCELLED') {
        add(id, label, 'problem', error.message, [error.hint ?? fix, ...error.details].join(' '))
      } else if (isSystemError(error)) add(id, label, 'problem', error.message, fix)
      else throw error
    },
    hide(secrets) {
      redactor = createRedactor(secrets)
    },
    report: () => ({ checks, problems: count('problem'), warnings: count('warning') }),
  }
}

/** The system's own words for what it refused, such as EACCES. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error

export const plural = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`
