// The legal clock in words: how many working days are left, or by how many a thing is late. Pure.
import { t } from '@/i18n'
import { REST, WORK } from './holidays'
import { dateOnly, msOfDate } from './time'

const DAY = 86_400_000

/** True for a day (ISO, China Standard Time) on which offices work. */
export function isWorkingDay(iso: string): boolean {
  if (WORK.has(iso)) return true
  if (REST.has(iso)) return false
  const weekday = new Date(`${iso}T00:00:00Z`).getUTCDay()
  return weekday !== 0 && weekday !== 6
}

/** Working days after the day of `from` up to and with the day of `to`. */
export function workingDays(from: number, to: number): number {
  let days = 0
  for (let at = msOfDate(dateOnly(from)) + DAY; at <= msOfDate(dateOnly(to)); at += DAY) if (isWorkingDay(dateOnly(at))) days++
  return days
}

export type Urgency = 'overdue' | 'today' | 'soon' | 'later' | 'none'

/** How pressing a due time is. The server's count goes before the clock of this computer, which may be wrong. */
export function urgency(due: number | null | undefined, now = Date.now(), counted?: number | null): Urgency {
  if (due === null || due === undefined) return 'none'
  if (due < now || (counted ?? 0) < 0) return 'overdue'
  const left = counted ?? workingDays(now, due)
  if (left === 0) return 'today'
  return left <= 2 ? 'soon' : 'later'
}

/** The time left, in words. The server's own count of working days goes before ours: its calendar may be newer. */
export function timeLeft(due: number | null | undefined, now = Date.now(), counted?: number | null): string {
  switch (urgency(due, now, counted)) {
    case 'none':
      return t('clock.none')
    case 'overdue': {
      const late = counted !== null && counted !== undefined ? -counted : workingDays(due ?? now, now)
      return late > 0 ? t('clock.late', { n: late }) : t('clock.lateToday')
    }
    case 'today':
      return t('clock.today')
    default:
      return t('clock.left', { n: counted ?? workingDays(now, due ?? now) })
  }
}
