// The steps of a form: which one is shown, and what is wrong in it once somebody wanted to leave it.
import { computed, nextTick, ref, type Ref } from 'vue'

/** What is wrong, by field. */
export type Wrong = Record<string, string>

export function useSteps<Step extends string>(steps: readonly [Step, ...Step[]], problems: (step: Step) => Wrong) {
  const step = ref(steps[0]) as Ref<Step>
  /** Steps whose mistakes are shown because somebody wanted to leave them. */
  const asked = ref([]) as Ref<Step[]>
  /** What the server refused, at its field, until something is changed. */
  const remote = ref<Wrong>({})
  const wrong = computed<Wrong>(() => ({ ...(asked.value.includes(step.value) ? problems(step.value) : {}), ...remote.value }))

  async function show(next: Step) {
    step.value = next
    await nextTick()
  }
  /** Shows the first of these steps in which something is wrong; answers whether there is one. */
  async function wrongIn(passed: readonly Step[]): Promise<boolean> {
    const found = passed.find((one) => Object.keys(problems(one)).length)
    if (!found) return false
    if (!asked.value.includes(found)) asked.value.push(found)
    await show(found)
    document.querySelector<HTMLElement>('.el-form-item__error, [role=alert]')?.scrollIntoView({ block: 'center' })
    return true
  }
  /** Goes to a step, forward only past steps in which all is well; answers whether it is there. */
  async function go(next: Step): Promise<boolean> {
    if (await wrongIn(steps.slice(0, steps.indexOf(next)))) return false
    await show(next)
    return true
  }
  return { step, wrong, remote, show, wrongIn, go }
}
