import { describe, expect, it } from 'vitest'
import { checkByKind, checkCreditCode, checkResidentId, creditCodeCheck, plain, residentIdCheck } from '@/lib/identity'

describe('resident ids', () => {
  it('accepts the example of the standard, in either width and case', () => {
    expect(checkResidentId('11010519491231002X')).toBeNull()
    expect(checkResidentId('１１０１０５１９４９１２３１００２ｘ')).toBeNull()
    expect(checkResidentId(' 110105 19491231 002X ')).toBeNull()
    expect(checkResidentId('110105491231002')).toBeNull()
  })
  it('names what is wrong', () => {
    expect(checkResidentId('1101051949123100')).toBe('length')
    expect(checkResidentId('11010519491231002Y')).toBe('characters')
    expect(checkResidentId('110105194902310021')).toBe('date')
    expect(checkResidentId('110105194912310021')).toBe('check')
  })
  it('finds every single mistyped digit', () => {
    const good = '11010519491231002X'
    for (let at = 0; at < 17; at++) {
      for (let digit = 0; digit < 10; digit++) {
        const typed = good.slice(0, at) + digit + good.slice(at + 1)
        if (typed !== good) expect(checkResidentId(typed), typed).not.toBeNull()
      }
    }
  })
  it('makes the check character that it checks', () => {
    expect(residentIdCheck('11010519491231002')).toBe('X')
  })
})

describe('credit codes', () => {
  it('accepts a code with the right check character only', () => {
    const first = '91330106MA2XXXXXX'
    const good = first + creditCodeCheck(first)
    expect(checkCreditCode(good)).toBeNull()
    expect(checkCreditCode(good.toLowerCase())).toBeNull()
    expect(checkCreditCode(first + (good[17] === '1' ? '2' : '1'))).toBe('check')
    expect(checkCreditCode('91330106OA2XXXXXX1')).toBe('characters')
    expect(checkCreditCode('9133')).toBe('length')
  })
})

it('kinds without a check character and empty fields pass', () => {
  expect(checkByKind('person_name', '张三')).toBeNull()
  expect(checkByKind('resident_id', ' ')).toBeNull()
})
it('plain drops spaces and hyphens and upper-cases', () => expect(plain('ａb-１　2')).toBe('AB12'))
