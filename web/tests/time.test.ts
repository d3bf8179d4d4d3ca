import { expect, it } from 'vitest'
import { ago, dateOnly, dateTime, duration, msOfDate } from '@/lib/time'

it('shows China Standard Time whatever the computer is set to', () => {
  expect(dateTime(Date.UTC(2026, 0, 4, 16, 0, 0))).toBe('2026-01-05 00:00:00')
  expect(dateOnly(Date.UTC(2026, 0, 4, 15, 59, 59))).toBe('2026-01-04')
  expect(dateTime(null)).toBe('—')
})
it('reads a date as midnight there, and nothing else', () => {
  expect(dateTime(msOfDate('2026-02-28'))).toBe('2026-02-28 00:00:00')
  expect(msOfDate('28.2.2026')).toBeNaN()
})
it('gives durations a fitting unit', () => {
  expect(duration(900)).toBe('900 µs')
  expect(duration(1890)).toBe('1.9 ms')
  expect(duration(250_000)).toBe('250 ms')
  expect(duration(3_200_000)).toBe('3.20 s')
})
it('says how long ago', () => {
  expect(ago(0, 30_000)).toBe('刚刚')
  expect(ago(0, 5 * 60_000)).toBe('5 分钟前')
  expect(ago(0, 72 * 3_600_000)).toBe('3 天前')
})
