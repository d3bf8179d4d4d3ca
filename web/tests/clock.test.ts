import { describe, expect, it } from 'vitest'
import { isWorkingDay, timeLeft, urgency, workingDays } from '@/lib/clock'

const at = (text: string) => Date.parse(`${text}+08:00`)

describe('the legal clock', () => {
  it('knows holidays, make-up days and weekends', () => {
    expect(isWorkingDay('2026-10-01')).toBe(false)
    expect(isWorkingDay('2026-11-28')).toBe(false)
    expect(isWorkingDay('2026-11-30')).toBe(true)
    expect(isWorkingDay('2026-10-10')).toBe(true)
  })
  it('counts the days after the first one, in China Standard Time', () => {
    expect(workingDays(at('2026-11-27T23:59:00'), at('2026-11-30T00:10:00'))).toBe(1)
    expect(workingDays(at('2026-11-26T09:00:00'), at('2026-11-26T23:59:59'))).toBe(0)
  })
  it('says in words how pressing a thing is', () => {
    const now = at('2026-11-26T09:00:00')
    expect(urgency(at('2026-11-26T23:59:59'), now)).toBe('today')
    expect(urgency(at('2026-11-27T23:59:59'), now)).toBe('soon')
    expect(urgency(at('2026-12-10T23:59:59'), now)).toBe('later')
    expect(urgency(null, now)).toBe('none')
    expect(urgency(now - 1, now)).toBe('overdue')
    // The office's own clock may be behind the server's, which counts.
    expect(urgency(at('2026-12-10T23:59:59'), now, -4)).toBe('overdue')
    expect(timeLeft(at('2026-12-10T23:59:59'), now, -4)).toContain('超期 4 个工作日')
    expect(timeLeft(at('2026-11-30T23:59:59'), now)).toContain('2 个工作日')
    expect(timeLeft(at('2026-11-24T23:59:59'), now)).toContain('超期 2 个工作日')
  })
})
