// Shares of the budget view. Pure.
import type { BudgetLine, Ratio } from '@/api'
import { count } from '@/lib/time'

/** Both numbers of a share. */
export const ratio = (one: Ratio): string => `${count(one.numerator)} / ${count(one.denominator)}`

/** What one use or one user costs, in yuan, to the cent; nothing when there is none or nobody knows the cost. */
export function perOne(one: Ratio | null | undefined): number | null {
  return !one || one.denominator <= 0 ? null : Math.round((100 * one.numerator) / one.denominator) / 100
}

/** The same for the screen. */
export function each(one: Ratio | null | undefined): string {
  return count(perOne(one))
}

/** Yuan as ten thousands for a spreadsheet, as a number that can be summed. */
export function inWan(yuan: number | null | undefined): number | null {
  return yuan === null || yuan === undefined ? null : yuan / 10_000
}

/** True when something is paid for a system that is silent or given up. */
export const stillPaid = (line: Pick<BudgetLine, 'flags'>): boolean => line.flags.some((one) => one.flag === 'still_paid')
