// Shares of the budget view. Pure.
import type { Ratio } from '@/api'
import { count } from '@/lib/time'

/** Both numbers of a share. */
export const ratio = (one: Ratio): string => `${count(one.numerator)} / ${count(one.denominator)}`

/** What one use costs, in yuan; a dash when nobody used it or nobody knows the cost. */
export function each(one: Ratio | null | undefined): string {
  return !one || one.denominator <= 0 ? '—' : count(Math.round((100 * one.numerator) / one.denominator) / 100)
}
