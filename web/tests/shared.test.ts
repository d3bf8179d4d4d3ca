import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref } from 'vue'
import { useSteps } from '@/composables/useSteps'
import { useWatched } from '@/composables/useWatched'
import { keyWords, signedKeys } from '@/lib/keys'

describe('keys of rows', () => {
  it('have room between their parts, and tell a part that is empty', () => {
    expect(keyWords('330106|2026|')).toBe('330106 | 2026 | —')
  })
  it('are parted from the sign that leads them', () => {
    expect(signedKeys(['+a|1', '-b', '~'])).toEqual([{ at: 0, sign: '+', key: 'a | 1' }, { at: 1, sign: '-', key: 'b' }, { at: 2, sign: '~', key: '—' }])
  })
})

describe('the steps of a form', () => {
  const scrolled = vi.fn()
  beforeEach(() => vi.stubGlobal('document', { querySelector: () => ({ scrollIntoView: scrolled }) }))
  afterEach(() => vi.unstubAllGlobals())
  const form = () => {
    const filled = ref<string[]>([])
    return { filled, ...useSteps(['what', 'where', 'check'], (step) => (step === 'check' || filled.value.includes(step) ? {} : { [step]: `say ${step}` })) }
  }

  it('are left only when all is well, and say nothing before', async () => {
    const { filled, step, wrong, go } = form()
    expect(wrong.value).toEqual({})
    expect(await go('check')).toBe(false)
    expect([step.value, wrong.value]).toEqual(['what', { what: 'say what' }])
    expect(scrolled).toHaveBeenCalled()
    filled.value = ['what']
    expect(await go('check')).toBe(false)
    expect([step.value, wrong.value]).toEqual(['where', { where: 'say where' }])
    filled.value = ['what', 'where']
    expect(await go('check')).toBe(true)
    expect([step.value, wrong.value]).toEqual(['check', {}])
  })
  it('are gone back to freely, with what the server refused', async () => {
    const { filled, step, wrong, remote, go, show, wrongIn } = form()
    filled.value = ['what', 'where']
    await go('check')
    remote.value = { where: 'taken' }
    expect(await wrongIn(['what', 'where'])).toBe(false)
    await show('where')
    expect(wrong.value).toEqual({ where: 'taken' })
    filled.value = []
    expect(await go('what')).toBe(true)
    expect(step.value).toBe('what')
  })
})

describe('a list that is watched', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('is asked for often while it moves, seldom while quiet, never unseen, and no more once it is left', () => {
    const window = { hidden: false }
    vi.stubGlobal('document', window)
    const refetch = vi.fn()
    let moves = true
    const scope = effectScope()
    scope.run(() => useWatched({ refetch }, () => moves, 1_500))
    vi.advanceTimersByTime(4_500)
    expect(refetch).toHaveBeenCalledTimes(3)
    moves = false
    vi.advanceTimersByTime(13_500)
    expect(refetch).toHaveBeenCalledTimes(3)
    vi.advanceTimersByTime(1_500)
    expect(refetch).toHaveBeenCalledTimes(4)
    moves = true
    window.hidden = true
    vi.advanceTimersByTime(60_000)
    window.hidden = false
    scope.stop()
    vi.advanceTimersByTime(60_000)
    expect(refetch).toHaveBeenCalledTimes(4)
  })
})
