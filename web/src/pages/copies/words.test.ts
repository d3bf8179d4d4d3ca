import { describe, expect, it } from 'vitest'
import type { HeldCopy } from '@/api'
import { barsOf, clearItems, comparableWith, groupWords } from './words'

const copy = (id: string, keys: string[], consumer = 'c') => ({ subscription_id: id, keys, consumer_id: consumer, columns: [{ item: 'name', masked: false }, { item: 'phone', masked: true }] }) as unknown as HeldCopy

describe('statistics of a copy', () => {
  it('offers only items in clear to group by', () => {
    expect(clearItems(copy('a', ['k']))).toEqual(['name'])
  })
  it('tells what codes mean and that a value is missing', () => {
    expect(groupWords(['1', null], ['sex', 'region'], (item, value) => (item === 'sex' && value === '1' ? '男' : ''))).toContain('1 男 · ')
  })
  it('draws the largest groups only', () => {
    const groups = Array.from({ length: 20 }, (_, i) => ({ values: [String(i)], rows: 20 - i }))
    expect(barsOf({ groups }, (values) => values.join())).toHaveLength(12)
  })
})

describe('what a copy can be compared with', () => {
  it('is another copy of the same department with the same keys in any order', () => {
    const all = [copy('a', ['k', 'l']), copy('b', ['l', 'k']), copy('c', ['k']), copy('d', ['k', 'l'], 'other')]
    expect(comparableWith(all[0]!, all).map((one) => one.subscription_id)).toEqual(['b'])
  })
})
