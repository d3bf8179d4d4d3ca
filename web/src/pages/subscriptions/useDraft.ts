// A half-filled subscription outlives a reload: kept in the window's own storage, by person, until it is made or begun anew.
import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { useSession } from '@/stores/session'
import { blankSubscription, STEPS, type Step, type SubscriptionForm } from './form'

interface Kept {
  form: SubscriptionForm
  step: Step
  chosen: string
}

export function useDraft(form: Ref<SubscriptionForm>, step: Ref<Step>, chosen: Ref<string>) {
  const key = `guantong.draft.subscription.${useSession().user?.id ?? ''}`
  const restored = ref(false)
  let over = false

  function restore() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Kept | null
      if (!kept?.form?.grant_id) return
      // Fields that a later version added are there too.
      form.value = { ...blankSubscription(), ...kept.form }
      chosen.value = kept.chosen
      step.value = STEPS.includes(kept.step) && kept.step !== 'check' ? kept.step : 'when'
      restored.value = true
    } catch {
      // What cannot be read is no draft.
    }
  }

  function drop() {
    over = true
    restored.value = false
    try {
      sessionStorage.removeItem(key)
    } catch {
      // Nothing was kept then.
    }
  }

  const stop = watch([form, step, chosen], () => {
    if (!form.value.grant_id) return
    if (over) {
      over = false
      return
    }
    try {
      sessionStorage.setItem(key, JSON.stringify({ form: form.value, step: step.value, chosen: chosen.value } satisfies Kept))
    } catch {
      // Storage may be switched off; then a reload loses what was typed, as before.
    }
  }, { deep: true })
  onScopeDispose(stop)

  return { restored, restore, drop }
}
